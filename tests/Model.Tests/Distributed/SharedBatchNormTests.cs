using System.Runtime.ExceptionServices;
using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Distributed;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Distributed;

/// <summary>Batch norm over ranks, which are threads here, against PyTorch's over all their images in one place.</summary>
public sealed class SharedBatchNormTests
{
    private const int Ranks = 3, Images = 4, Channels = 5, Side = 6;
    private const double Momentum = 0.3;

    [Theory]
    [InlineData(ScalarType.Float64, true, 0, 1e-10)]
    [InlineData(ScalarType.Float64, false, 0, 1e-10)]
    [InlineData(ScalarType.Float32, true, 0, 2e-5)]
    // A mean of a thousand times the spread: sums of squares would cancel.
    [InlineData(ScalarType.Float32, true, 1000, 2e-2)]
    public void RanksNormaliseAsOneWould(ScalarType type, bool scaled, double offset, double tolerance)
    {
        Tensor images = randn([Ranks * Images, Channels, Side, Side], type, generator: new Generator(3)).add(full(1, offset, type));
        Tensor gradient = randn([Ranks * Images, Channels, Side, Side], type, generator: new Generator(4));
        Results one = Pass(images, gradient, type, scaled, null);
        var all = new Results[Ranks];
        var failures = new ExceptionDispatchInfo?[Ranks];
        using var sums = new ThreadSums(Ranks);
        Thread[] threads = [.. Enumerable.Range(0, Ranks).Select(rank => new Thread(() =>
        {
            try
            {
                all[rank] = Pass(images.narrow(0, rank * Images, Images), gradient.narrow(0, rank * Images, Images), type, scaled, sums.Of(rank));
            }
            catch (Exception error)
            {
                failures[rank] = ExceptionDispatchInfo.Capture(error);
                sums.Break();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Array.ForEach(failures, failure => failure?.Throw());
        Near(one.Output, cat([.. all.Select(each => each.Output)]), tolerance);
        Near(one.InputGradient, cat([.. all.Select(each => each.InputGradient)]), tolerance);
        foreach (string name in one.Gradients.Keys)
        {
            // Gradients of parameters are summed up with all others, later.
            Near(one.Gradients[name], stack([.. all.Select(each => each.Gradients[name])]).sum([0L]), tolerance);
        }

        foreach (Results each in all)
        {
            Near(one.Mean, each.Mean, tolerance);
            Near(one.Variance, each.Variance, tolerance);
            Assert.Equal(1, each.Batches);
        }
    }

    private static Results Pass(Tensor images, Tensor gradient, ScalarType type, bool scaled, ISharedSums? sums)
    {
        using var scope = NewDisposeScope();
        using var norm = new BatchNorm(Channels, Momentum, scaled: scaled) { Shared = sums };
        norm.to(type);
        foreach ((string name, TorchSharp.Modules.Parameter value) in norm.named_parameters())
        {
            using var guard = no_grad();
            value.copy_(linspace(0.5, 1.5, Channels, type));
        }

        norm.train();
        Tensor input = images.clone().requires_grad_(true);
        Tensor output = norm.forward(input);
        Assert.Equal(type, output.dtype);
        output.backward([gradient]);
        var results = new Results(
            output.detach().clone().DetachFromDisposeScope(), input.grad!.clone().DetachFromDisposeScope(),
            norm.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.grad!.clone().DetachFromDisposeScope()),
            Buffer(norm, "running_mean"), Buffer(norm, "running_var"), norm.get_buffer("num_batches_tracked")!.item<long>());
        return results;
    }

    private static Tensor Buffer(BatchNorm norm, string name) => norm.get_buffer(name)!.clone().DetachFromDisposeScope();

    private static void Near(Tensor expected, Tensor actual, double tolerance)
    {
        double scale = Math.Max(1, expected.abs().max().to(ScalarType.Float64).item<double>());
        Assert.InRange((expected - actual).abs().max().to(ScalarType.Float64).item<double>(), 0, tolerance * scale);
    }

    private sealed record Results(Tensor Output, Tensor InputGradient, IReadOnlyDictionary<string, Tensor> Gradients, Tensor Mean, Tensor Variance, long Batches);

    /// <summary>Sums over threads.</summary>
    private sealed class ThreadSums(int ranks) : IDisposable
    {
        private readonly Barrier _meet = new(ranks);
        private readonly CancellationTokenSource _broken = new();
        private readonly double[][] _values = new double[ranks][];

        public ISharedSums Of(int rank) => new One(this, rank);

        public void Break() => _broken.Cancel();

        public void Dispose()
        {
            _meet.Dispose();
            _broken.Dispose();
        }

        private sealed class One(ThreadSums all, int rank) : ISharedSums
        {
            public int Parts => all._values.Length;

            public void Sum(Tensor values)
            {
                Assert.True(values.is_contiguous());
                all._values[rank] = values.data<double>().ToArray();
                all._meet.SignalAndWait(all._broken.Token);
                Span<double> own = values.data<double>().ToArray();
                own.Clear();
                foreach (double[] each in all._values)
                {
                    for (int i = 0; i < own.Length; i++)
                    {
                        own[i] += each[i];
                    }
                }

                all._meet.SignalAndWait(all._broken.Token);
                values.copy_(tensor(own.ToArray()));
            }

            public void Dispose() { }
        }
    }
}
