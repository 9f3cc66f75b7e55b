using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Feed;
using StreamTrainer.Model.Tests.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Feed;

/// <summary>Copies beside the computing, with the CPU's memory as the device's and a stand-in for NVIDIA's driver that copies late.</summary>
public sealed unsafe class StagedBatchesTests : IDisposable
{
    private const int BatchSize = 8;
    private static readonly DataOptions s_data = new();

    private readonly CompiledLibrary _driver;

    public StagedBatchesTests()
    {
        CompiledLibrary? driver = CompiledLibrary.Build("tests/Model.Tests/Runtime/cuda_driver.c", "libcuda.so.1", "-lpthread", "-Wl,-z,nodelete");
        Assert.SkipWhen(driver is null, "gcc is missing");
        _driver = driver!;
    }

    public void Dispose() => _driver.Dispose();

    [Fact]
    public void ACopyGoesOnByItselfAndIsWaitedFor()
    {
        using (var engine = new CudaCopyEngine(_driver.Handle, 0))
        {
            using Tensor source = arange(1000).to(ScalarType.Byte), destination = zeros(1200, ScalarType.Byte), expected = source.clone();
            ((delegate* unmanaged<int, void>)_driver["standin_takes"])(200_000);
            long start = Stopwatch.GetTimestamp();
            engine.Begin(source, destination);
            Assert.Equal(0, destination.sum().item<long>());
            engine.Wait();
            Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 200, 60_000);
            Assert.Equal(expected.bytes.ToArray(), destination.narrow(0, 0, 1000).bytes.ToArray());
            Assert.Equal(0, destination.narrow(0, 1000, 200).sum().item<long>());
            Assert.Throws<ArgumentOutOfRangeException>(() => engine.Begin(destination, source));
            Assert.NotEqual(0, Streams());
        }

        Assert.Equal(0, Streams());
    }

    [Theory]
    [InlineData(700, "an illegal memory access was encountered")]
    [InlineData(4, "error 4")]
    public void WhatTheDriverSaysIsSaid(int code, string text)
    {
        Fail(code);
        Assert.Equal($"no stream of its own on the device: {text}", Assert.Throws<IOException>(() => new CudaCopyEngine(_driver.Handle, 0)).Message);
        using var engine = new CudaCopyEngine(_driver.Handle, 0);
        using Tensor source = zeros(10, ScalarType.Byte), destination = zeros(10, ScalarType.Byte);
        Fail(code);
        Assert.Equal($"a batch cannot be copied to the device: {text}", Assert.Throws<IOException>(() => engine.Begin(source, destination)).Message);
        engine.Begin(source, destination);
        Fail(code);
        Assert.Equal($"a batch did not come to the device: {text}", Assert.Throws<IOException>(engine.Wait).Message);
    }

    /// <summary>The bytes are those of the plain way, and those that are computed with stay while the next come.</summary>
    [Fact]
    public void StagedOrNotTheBytesAreTheSame()
    {
        using var data = new TinyData();
        List<byte[]> plain = Batches(data, engine: false, stage: false, out _);
        Assert.Equal(plain, Batches(data, engine: true, stage: false, out _));
        Assert.Equal(plain, Batches(data, engine: true, stage: true, out int staged));
        Assert.InRange(staged, plain.Count / 2, plain.Count - 1);
    }

    /// <summary>While the device computes the next batch is waited for, and no longer.</summary>
    [Fact]
    public void TheNextBatchIsWaitedForAsLongAsTheDeviceComputes()
    {
        using var data = new TinyData();
        using ISampleSource source = SampleSources.Open(data.Train);
        using var rest = new ManualResetEventSlim();
        using ImagePipeline pipeline = Open(source, place =>
        {
            // One sample of the second batch: the other worker goes on with the first.
            if (place.Position == BatchSize && place.Epoch == 0)
            {
                rest.Wait();
            }
        });
        using var copies = new Counting(new CudaCopyEngine(_driver.Handle, 0));
        using var feed = new DeviceFeed(CPU, s_data.Mean, s_data.Std, copies);
        var batches = new StagedBatches(pipeline, feed);
        using Batch first = batches.Take(CancellationToken.None)!;
        _ = feed.Pixels(first);
        double waited = pipeline.Stalls.WaitedSeconds;
        batches.StageNext();
        int begun = copies.Begun;
        Computes(int.MaxValue);
        using var later = new Timer(_ => rest.Set(), null, 100, Timeout.Infinite);
        batches.StageNext();
        using Batch second = batches.Take(CancellationToken.None)!;
        _ = feed.Pixels(second);
        Assert.Equal((1, 1L, 2), (begun, second.IndexInEpoch, copies.Begun));
        Assert.Equal(waited, pipeline.Stalls.WaitedSeconds);
        Computes(0);
    }

    [Fact]
    public void AtTheEndThereIsNothingToWaitFor()
    {
        using var data = new TinyData();
        using ISampleSource source = SampleSources.Open(data.Train);
        using ImagePipeline pipeline = Open(source);
        using var feed = new DeviceFeed(CPU, s_data.Mean, s_data.Std, new CudaCopyEngine(_driver.Handle, 0));
        var batches = new StagedBatches(pipeline, feed);
        while (batches.Take(CancellationToken.None) is { } batch)
        {
            _ = feed.Pixels(batch);
            batch.Dispose();
        }

        Computes(int.MaxValue);
        batches.StageNext();
        Assert.Null(batches.Take(CancellationToken.None));
        Computes(0);
    }

    [Fact]
    public void TwoCopiesAtATimeAreRefusedAndWithoutAnEngineAnyIs()
    {
        using var data = new TinyData();
        using ISampleSource source = SampleSources.Open(data.Train);
        using ImagePipeline pipeline = Open(source);
        using Batch batch = pipeline.Take(CancellationToken.None)!;
        using var none = new DeviceFeed(CPU, s_data.Mean, s_data.Std);
        Assert.False(none.CanStage);
        Assert.Throws<InvalidOperationException>(() => none.Stage(batch));
        using var feed = new DeviceFeed(CPU, s_data.Mean, s_data.Std, new CudaCopyEngine(_driver.Handle, 0));
        feed.Stage(batch);
        Assert.Throws<InvalidOperationException>(() => feed.Stage(batch));
    }

    private List<byte[]> Batches(TinyData data, bool engine, bool stage, out int staged)
    {
        using ISampleSource source = SampleSources.Open(data.Train);
        using ImagePipeline pipeline = Open(source);
        using Counting? copies = engine ? new Counting(new CudaCopyEngine(_driver.Handle, 0)) : null;
        using var feed = new DeviceFeed(CPU, s_data.Mean, s_data.Std, copies);
        var batches = new StagedBatches(pipeline, feed);
        List<byte[]> result = [];
        staged = 0;
        while (batches.Take(CancellationToken.None) is { } batch)
        {
            using var scope = NewDisposeScope();
            Tensor pixels = feed.Pixels(batch);
            byte[] before = [.. pixels.contiguous().bytes];
            if (engine)
            {
                // Its slot is free again: what is computed with lies on the device.
                batch.Dispose();
            }

            if (stage)
            {
                // The device computes so long that the next batch is filled, and comes.
                Thread.Sleep(20);
                int begun = copies!.Begun;
                batches.StageNext();
                staged += copies.Begun - begun;
                Thread.Sleep(60);
            }

            Assert.Equal(before, pixels.contiguous().bytes.ToArray());
            result.Add(before);
            batch.Dispose();
        }

        return result;
    }

    private static ImagePipeline Open(ISampleSource source, Action<SamplePlace>? before = null)
    {
        var options = new AugmentOptions { Size = TinyData.Side };
        PipelinePlan plan = PipelinePlan.ForTraining(7, BatchSize, new ImageSize(options.Size, options.Size), 3, 0, source.Count) with { Augment = options };
        return new ImagePipeline(source, () => new Watched(new TrainTransform(options, false), before), new DataOptions { Workers = 2 }, plan, new TensorBatchMemory(CPU), NullLogger.Instance);
    }

    private void Computes(int questions) => ((delegate* unmanaged<int, void>)_driver["standin_computes"])(questions);

    /// <summary>A transform that asks before each image.</summary>
    private sealed class Watched(IImageTransform inner, Action<SamplePlace>? before) : IImageTransform
    {
        public ImageSize OutputSize => inner.OutputSize;

        public void Apply(EncodedSample sample, in SamplePlace place, Span<byte> destination, ref TransformTiming timing)
        {
            before?.Invoke(place);
            inner.Apply(sample, place, destination, ref timing);
        }

        public void Dispose() => inner.Dispose();
    }

    private sealed class Counting(ICopyEngine inner) : ICopyEngine
    {
        public int Begun { get; private set; }

        public void Begin(Tensor source, Tensor destination)
        {
            Begun++;
            inner.Begin(source, destination);
        }

        public bool Computing => inner.Computing;

        public void Wait() => inner.Wait();

        public void Dispose() => inner.Dispose();
    }

    private int Streams() => ((delegate* unmanaged<int>)_driver["standin_open"])();

    private void Fail(int code) => ((delegate* unmanaged<int, void>)_driver["standin_fail"])(code);
}
