using System.Text;
using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Distributed.Native;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Distributed;

/// <summary>Several processes that train one model, each on its part of every step, by collectives on the training thread.</summary>
/// <param name="collectives">The processes; not disposed of.</param>
/// <param name="options">What the recipe says of them.</param>
/// <param name="localRank">This process's number on its host.</param>
/// <param name="pulse">Is shown how far the training is; by default nothing is.</param>
public sealed unsafe class RankGroup(ICollectives collectives, DistributedOptions options, int localRank, RankPulse? pulse = null) : IRanks
{
    private readonly CancellationTokenSource _agreed = new();
    private GradientExchange? _exchange;
    private ISharedSums? _shared;
    private bool _onDevices, _summing;
    private CancellationToken _asked;

    /// <inheritdoc/>
    public int Rank => collectives.Rank;

    /// <inheritdoc/>
    public int Size => collectives.Size;

    /// <inheritdoc/>
    public int LocalRank => localRank;

    /// <inheritdoc/>
    public void Attach(TrainState state, StepShare share)
    {
        ArgumentNullException.ThrowIfNull(state);
        Tensor gradients = state.Flat.Gradients;
        bool onCpu = gradients.device_type == DeviceType.CPU;
        RankDevices.Check(collectives.Gather(Encoding.UTF8.GetBytes($"{Environment.MachineName} {gradients.device}")));
        long elements = Math.Max(1, (long)(options.BucketMegabytes * 1e6 / gradients.ElementSize));
        IReadOnlyList<GradientBucket> buckets = GradientBucket.Divide(state.Flat.Segments, gradients.numel(), elements);
        _onDevices = !onCpu;
        IBucketReducer reducer = onCpu
            ? new MpiReducer(collectives, gradients, options.Compression, buckets.Max(bucket => bucket.Count))
            : new NcclReducer(OnGpus(collectives, gradients.device), gradients, options.Compression);
        if (options.SyncBatchNorm && share.RanksOfGroup > 1)
        {
            ICollectives part = collectives.Part(Rank / share.RanksOfGroup);
            _shared = onCpu ? new MpiSharedSums(part) : new NcclSharedSums(OnGpus(part, gradients.device));
            foreach (BatchNorm norm in state.Model.modules().OfType<BatchNorm>())
            {
                norm.Shared = _shared;
            }
        }

        // One exchange at a time: NCCL's sums of two groups may wait for each other where ranks launch them in different orders, and whether
        // this rank waits for others could not be told.
        _exchange = new GradientExchange(state.Flat, buckets, reducer, options.Overlap && _shared is null);
    }

    /// <inheritdoc/>
    public CancellationToken Agree(CancellationToken stop)
    {
        _asked = stop;
        return _agreed.Token;
    }

    /// <inheritdoc/>
    public byte[] OfFirst(Func<byte[]> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        byte[] bytes = Rank == 0 ? make() : [];
        long length = bytes.Length;
        collectives.Broadcast(&length, sizeof(long));
        if (Rank != 0)
        {
            bytes = new byte[length];
        }

        fixed (byte* start = bytes)
        {
            collectives.Broadcast(start, length);
        }

        return bytes;
    }

    /// <inheritdoc/>
    public bool Decide(bool own)
    {
        byte decision = own ? (byte)1 : (byte)0;
        collectives.Broadcast(&decision, 1);
        return decision != 0;
    }

    /// <inheritdoc/>
    public void Share(TrainState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        IEnumerable<Tensor> tensors = state.Model.named_buffers().Select(entry => entry.buffer)
            .Prepend(state.Flat.Values)
            .Concat(state.Optimizer.State.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value))
            .Concat(state.Ema?.Tensors ?? [])
            .Concat(state.Swa?.Tensors ?? []);
        foreach (Tensor tensor in tensors)
        {
            Broadcast(tensor);
        }

        long steps = state.Optimizer.Steps;
        collectives.Broadcast(&steps, sizeof(long));
        state.Optimizer.Steps = steps;
    }

    /// <inheritdoc/>
    public void BackwardBegins(bool last)
    {
        if (last)
        {
            _exchange!.BackwardBegins();
        }
    }

    /// <inheritdoc/>
    public void SumGradients()
    {
        _exchange!.Finish();
        if (_onDevices)
        {
            // The device waits for the others, and whoever asks it for the loss with it.
            pulse?.Turn();
            _summing = true;
        }
    }

    /// <inheritdoc/>
    public (double Loss, bool Alarm) EndStep(double loss, bool alarm)
    {
        if (_summing)
        {
            pulse?.Turn();
            _summing = false;
        }

        Span<double> values = [loss, _asked.IsCancellationRequested ? 1 : 0, alarm ? 1 : 0];
        Sum(values);
        StopIf(values[1] > 0);
        return (values[0], values[2] > 0);
    }

    /// <inheritdoc/>
    public void StepsAre(long steps) => pulse?.StepsAre(steps);

    /// <inheritdoc/>
    public IReadOnlyList<double> Gather(double own)
    {
        // Not a sum: one that is no number would take the others' places.
        return [.. collectives.Gather(BitConverter.GetBytes(own)).Select(bytes => BitConverter.ToDouble(bytes))];
    }

    /// <inheritdoc/>
    public void Meet()
    {
        Span<double> values = [_asked.IsCancellationRequested ? 1 : 0];
        Sum(values);
        StopIf(values[0] > 0);
    }

    /// <inheritdoc/>
    public void UniteStatistics(TrainState state) => RunningStatistics.Unite(state, this, options.BatchNorm);

    /// <inheritdoc/>
    public void Unite(TrainState state, long step)
    {
        ArgumentNullException.ThrowIfNull(state);
        UniteStatistics(state);
        using var scope = NewDisposeScope();
        IReadOnlyList<byte[]> sums = collectives.Gather(BitConverter.GetBytes(WeightsChecksum.Of(state.Flat.Values)));
        for (int rank = 1; rank < sums.Count; rank++)
        {
            if (!sums[rank].AsSpan().SequenceEqual(sums[0]))
            {
                throw new RunFailedException($"rank {rank} has other weights than rank 0 after step {step}: a device or a link computes wrongly; leave its host out and resume, from the checkpoint before");
            }
        }
    }

    /// <inheritdoc/>
    public void Sum(Span<double> values)
    {
        fixed (double* start = values)
        {
            collectives.Sum(start, values.Length, NumberType.Float64);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _exchange?.Dispose();
        _shared?.Dispose();
        _agreed.Dispose();
    }

    private static NcclGroup OnGpus(ICollectives ranks, Device device)
    {
        NcclLibrary nccl = NcclLibrary.Load();
        byte[] name = nccl.NewGroup();
        fixed (byte* start = name)
        {
            ranks.Broadcast(start, name.Length);
        }

        return new NcclGroup(nccl, name, ranks.Rank, ranks.Size, CudaStream.Of(device));
    }

    private void StopIf(bool asked)
    {
        if (asked)
        {
            _agreed.Cancel();
        }
    }

    private void Broadcast(Tensor tensor)
    {
        if (tensor.numel() == 0)
        {
            return;
        }

        Tensor host = tensor.device_type == DeviceType.CPU && tensor.is_contiguous() ? tensor : tensor.cpu().contiguous();
        collectives.Broadcast((void*)TensorAddress.Of(host), host.numel() * host.ElementSize);
        if (!ReferenceEquals(host, tensor))
        {
            tensor.copy_(host);
        }
    }
}
