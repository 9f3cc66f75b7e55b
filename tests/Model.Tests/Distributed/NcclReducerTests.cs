using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Distributed.Native;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.State;
using StreamTrainer.Pipeline;
using StreamTrainer.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Distributed;

/// <summary>
/// Sums over GPUs, with stand-ins for NVIDIA's driver and for NCCL: ranks are threads, a device's memory is this machine's, and its
/// streams are threads that do everything late, so that a wait that is left out gives other numbers.
/// </summary>
public sealed unsafe class NcclReducerTests : IDisposable
{
    private const int Ranks = 3, Length = 1000;
    private static readonly GradientBucket[] s_buckets = [new(700, 300, []), new(100, 600, []), new(0, 100, [])];

    private readonly CompiledLibrary _driver, _library;
    private readonly NcclLibrary _nccl;

    public NcclReducerTests()
    {
        CompiledLibrary? driver = CompiledLibrary.Build("tests/Model.Tests/Runtime/cuda_driver.c", "libcuda.so.1", "-lpthread", "-Wl,-z,nodelete");
        Assert.SkipWhen(driver is null, "gcc is missing");
        _driver = driver!;
        _library = CompiledLibrary.Build("tests/Model.Tests/Distributed/nccl.c", "libnccl.so.2", "-lpthread", "-Wl,-z,nodelete")!;
        ((delegate* unmanaged<nint, void>)_library["standin_driver"])(_driver["standin_launch"]);
        ((delegate* unmanaged<int, void>)_driver["standin_takes"])(4000);
        _nccl = new NcclLibrary(_library.Handle);
    }

    public void Dispose()
    {
        _library.Dispose();
        _driver.Dispose();
    }

    /// <summary>Gradients come late, and whoever uses them comes early: sums wait for the one, the other for the sums.</summary>
    [Fact]
    public void SumsWaitForGradientsAndTheOptimizerForSums()
    {
        ((delegate* unmanaged<int, void>)_driver["standin_host_computes"])(0);
        Tensor[] own = Own(ScalarType.Float32);
        Tensor sum = stack(own).sum([0L]);
        Tensor[] results = OnRanks(ScalarType.Float32, GradientCompression.None, (rank, gradients, reducer, _) =>
        {
            Tensor result = zeros(Length);
            var compute = (delegate* unmanaged<nint, nint, nuint, nint, void>)_driver["standin_compute"];
            gradients.fill_(Scalars.Of(float.NaN));
            foreach (GradientBucket bucket in s_buckets)
            {
                nint at = (nint)(bucket.Offset * sizeof(float));
                compute(TensorAddress.Of(gradients) + at, TensorAddress.Of(own[rank]) + at, (nuint)bucket.Count * sizeof(float), 0);
                reducer.Reduce(bucket);
            }

            reducer.Complete();
            compute(TensorAddress.Of(result), TensorAddress.Of(gradients), Length * sizeof(float), 0);
            Assert.Equal(0, ((delegate* unmanaged<nint, int>)_driver["cuStreamSynchronize"])(0));
            return result;
        });
        Assert.All(results, result => Assert.Equal(0, result.sub(sum).abs().max().item<float>(), 1e-6f));
        Assert.Equal((0, 0), Open());
    }

    [Theory]
    [InlineData(ScalarType.Float64, GradientCompression.Fp16, 1e-15)]
    [InlineData(ScalarType.Float32, GradientCompression.None, 1e-6)]
    [InlineData(ScalarType.Float32, GradientCompression.Fp16, 1e-2)]
    [InlineData(ScalarType.Float32, GradientCompression.Bf16, 8e-2)]
    public void EveryKindOfNumberIsSummedUp(ScalarType type, GradientCompression compression, double tolerance)
    {
        Tensor[] own = Own(type);
        Tensor sum = stack(own).sum([0L]);
        Tensor[] results = OnRanks(type, compression, (rank, gradients, reducer, _) =>
        {
            gradients.copy_(own[rank]);
            foreach (GradientBucket bucket in s_buckets)
            {
                reducer.Reduce(bucket);
            }

            reducer.Complete();
            return gradients.clone();
        });
        Assert.All(results, result => Assert.Equal(0, result.sub(sum).abs().max().to(ScalarType.Float64).item<double>(), tolerance));
        Assert.All(results, result => Assert.Equal(results[0].bytes.ToArray(), result.bytes.ToArray()));
        if (compression != GradientCompression.None && type == ScalarType.Float32)
        {
            // Half the bytes were sent.
            Assert.NotEqual(0, results[0].sub(sum).abs().max().item<float>(), tolerance / 100);
        }
    }

    /// <summary>The thread that sends during the backward pass finds the device, and the sums are those of all ranks' passes.</summary>
    [Fact]
    public void ABackwardPassIsFollowed()
    {
        Lock seeds = new();
        Tensor[] gradients = OnRanks(ScalarType.Float32, GradientCompression.None, (rank, _, _, join) =>
        {
            using nn.Module<Tensor, Tensor> net = Net(seeds);
            using var flat = new FlatState(net);
            IReadOnlyList<GradientBucket> buckets = GradientBucket.Divide(flat.Segments, flat.Gradients.numel(), 100);
            using var exchange = new GradientExchange(flat, buckets, join(flat.Gradients), overlap: true);
            Tensor loss = net.forward(full(4, 20, Scalars.Of(rank + 1.0))).square().mean();
            exchange.BackwardBegins();
            loss.backward();
            exchange.Finish();
            return flat.Gradients.clone();
        });
        Assert.All(gradients, gradient => Assert.Equal(gradients[0].bytes.ToArray(), gradient.bytes.ToArray()));
        Assert.True(gradients[0].abs().sum().item<float>() > 0);
        Tensor[] alone = [.. Enumerable.Range(0, Ranks).Select(rank => Alone(rank + 1.0, seeds))];
        Assert.Equal(0, stack(alone).sum([0L]).sub(gradients[0]).abs().max().item<float>(), 1e-3f);
    }

    [Fact]
    public void WhatNcclSaysIsSaid()
    {
        var fail = (delegate* unmanaged<int, nint, void>)_library["standin_fail"];
        nint detail = Marshal.StringToCoTaskMemUTF8("Duplicate GPU detected : rank 0 and rank 1 both on CUDA device 5000\n");
        nint nothing = Marshal.StringToCoTaskMemUTF8("");
        fail(5, detail);
        using Tensor gradients = zeros(Length);
        using (var stream = new CudaStream(_driver.Handle, 0))
        {
            Assert.Equal(
                "ranks are not joined: NCCL says invalid usage: Duplicate GPU detected : rank 0 and rank 1 both on CUDA device 5000",
                Assert.Throws<IOException>(() => new NcclGroup(_nccl, _nccl.NewGroup(), 0, 1, stream)).Message);
        }

        var reducer = new NcclReducer(new NcclGroup(_nccl, _nccl.NewGroup(), 0, 1, new CudaStream(_driver.Handle, 0)), gradients, GradientCompression.None);
        fail(6, nothing);
        Assert.Equal(
            "gradients are not summed up over the ranks: NCCL says remote process exited or there was a network error",
            Assert.Throws<IOException>(() => reducer.Reduce(s_buckets[0])).Message);
        // A link that breaks later, and only then is told.
        reducer.Reduce(s_buckets[0]);
        ((delegate* unmanaged<int, void>)_library["standin_breaks"])(6);
        Assert.Contains("remote process exited", Assert.Throws<IOException>(reducer.Complete).Message, StringComparison.Ordinal);
        reducer.Dispose();
        Assert.Equal(1, ((delegate* unmanaged<int>)_library["standin_aborted"])());
        Assert.Equal((0, 0), Open());
        Marshal.FreeCoTaskMem(detail);
        Marshal.FreeCoTaskMem(nothing);
    }

    [Fact]
    public void AnotherLibraryIsRefused() =>
        Assert.Contains("install NCCL 2.4 or newer", Assert.Throws<UserErrorException>(() => new NcclLibrary(_driver.Handle)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "a cpu", "a cpu", "b cpu")]
    [InlineData(null, "a cuda:0", "a cuda:1", "b cuda:0")]
    [InlineData("ranks 1 and 2 both compute on a cuda:1", "a cuda:0", "a cuda:1", "a cuda:1")]
    [InlineData("rank 0 computes on a cuda:0 and rank 2 on b cpu", "a cuda:0", "a cuda:1", "b cpu")]
    public void EveryRankHasAGpuToItself(string? error, params string[] devices)
    {
        byte[][] names = [.. devices.Select(Encoding.UTF8.GetBytes)];
        if (error is null)
        {
            RankDevices.Check(names);
        }
        else
        {
            Assert.Contains(error, Assert.Throws<UserErrorException>(() => RankDevices.Check(names)).Message, StringComparison.Ordinal);
        }
    }

    private delegate Tensor OnRank(int rank, Tensor gradients, NcclReducer reducer, Func<Tensor, NcclReducer> join);

    private static Tensor[] Own(ScalarType type) =>
        [.. Enumerable.Range(0, Ranks).Select(rank => linspace(-1, 1 + rank, Length, type).mul(full(1, Scalars.Of(rank + 0.5), type)))];

    private static nn.Module<Tensor, Tensor> Net(Lock seeds)
    {
        // The generator is the process's.
        lock (seeds)
        {
            nn.Module<Tensor, Tensor> net = nn.Sequential(nn.Linear(20, 50), nn.ReLU(), nn.Linear(50, 5));
            random.manual_seed(1);
            foreach (TorchSharp.Modules.Parameter parameter in net.parameters())
            {
                nn.init.normal_(parameter);
            }

            return net;
        }
    }

    private static Tensor Alone(double value, Lock seeds)
    {
        using nn.Module<Tensor, Tensor> net = Net(seeds);
        using var flat = new FlatState(net);
        net.forward(full(4, 20, Scalars.Of(value))).square().mean().backward();
        return flat.Gradients.clone();
    }

    /// <summary>Does the same on each rank, a thread with a device of its own.</summary>
    private Tensor[] OnRanks(ScalarType type, GradientCompression compression, OnRank work)
    {
        byte[] group = _nccl.NewGroup();
        byte[] second = _nccl.NewGroup();
        var results = new Tensor[Ranks];
        var failures = new ExceptionDispatchInfo?[Ranks];
        Thread[] threads = [.. Enumerable.Range(0, Ranks).Select(rank => new Thread(() =>
        {
            try
            {
                using Tensor gradients = zeros(Length, type);
                using var reducer = new NcclReducer(new NcclGroup(_nccl, group, rank, Ranks, new CudaStream(_driver.Handle, rank)), gradients, compression);
                results[rank] = work(rank, gradients, reducer, own => new NcclReducer(new NcclGroup(_nccl, second, rank, Ranks, new CudaStream(_driver.Handle, rank)), own, compression));
            }
            catch (Exception error)
            {
                failures[rank] = ExceptionDispatchInfo.Capture(error);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Array.ForEach(failures, failure => failure?.Throw());
        return results;
    }

    private (int Driver, int Library) Open() =>
        (((delegate* unmanaged<int>)_driver["standin_open"])(), ((delegate* unmanaged<int>)_library["standin_open"])());
}
