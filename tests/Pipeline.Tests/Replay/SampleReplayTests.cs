using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Replay;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Tests.Shards;
using StreamTrainer.Pipeline.Tests.Transforms.Operations;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Operations;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Replay;

/// <summary>A row made again is the row that a training gets, and what is told of it is what was done to it.</summary>
public sealed class SampleReplayTests : IDisposable
{
    private const int BatchSize = 16;

    /// <summary>Repeated augmentation needs so many samples.</summary>
    private const int FewestRepeated = 256;

    private readonly ShardSet _set = new(repeat: 2);

    public static TheoryData<string> Procedures => [.. Settings.Keys];

    /// <summary>The augmentations of the recipes; A1 and A2 at a size that takes less time.</summary>
    private static Dictionary<string, (AugmentOptions Augment, DataOptions Data)> Settings => new()
    {
        ["a1"] = (new() { Size = 96, AutoAugment = "rand-m7-mstd0.5-inc1" }, new() { AugRepeats = 3 }),
        ["a2 with erasing, in blocks"] = (new() { Size = 96, AutoAugment = "rand-m7-mstd0.5-inc1", ErasingProb = 0.5, ErasingCount = 3 }, new() { Shuffle = new Shuffle(8, 32) }),
        ["a3"] = (new() { Size = 64, AutoAugment = "rand-m6-mstd0.5-inc1" }, new()),
        ["cifar"] = (new() { Size = 32, Crop = CropMode.PadShift, Padding = 4, AlternatingFlip = true, ColorJitter = 0.4 }, new()),
        ["scale jitter with lighting"] = (new() { Size = 64, Crop = CropMode.ScaleJitter, ShortSide = [70, 110], Lighting = 0.1 }, new()),
        ["centre with AutoAugment"] = (new() { Size = 64, Crop = CropMode.Center, AutoAugment = "original-mstd0.5", Interpolation = Interpolation.Bicubic }, new()),
    };

    public void Dispose() => _set.Dispose();

    /// <summary>Damaged images are among them: what stands in is the same too.</summary>
    [Theory]
    [MemberData(nameof(Procedures))]
    public void IsTheBatchesRowFromEveryPayload(string procedure)
    {
        (AugmentOptions augment, DataOptions data) = Settings[procedure];
        data = data with { Workers = 2, MaxBadFraction = 1 };
        using ISampleSource source = _set.Open();
        int times = data.AugRepeats > 0 ? 1 + (FewestRepeated / (int)source.Count) : 1;
        List<string> expected = [];
        foreach (string path in (string[])[_set.SourcePath, .. Enum.GetValues<ShardPayload>().Select(payload => _set.Pack($"{payload}", payload))])
        {
            using ISampleSource opened = SampleSources.Open(times == 1 ? path : $"{path}?repeat={times}");
            List<string> rows = AssertReplayed(opened, augment, data, 2);
            expected = expected.Count == 0 ? rows : expected;
            Assert.Equal(expected, rows);
        }

        Assert.Contains(expected, row => row.Contains("bad", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Procedures))]
    public void IsTheBatchesRowOfRealImages(string procedure)
    {
        string tar = TestPaths.DataFile(procedure == "cifar" ? "cifar10-train.tar" : "imagenet-sample-500.tar");
        Assert.SkipUnless(File.Exists(tar), $"needs {tar} (STREAMTRAINER_DATA)");
        (AugmentOptions augment, DataOptions data) = Settings[procedure];
        using ISampleSource source = SampleSources.Open(tar);
        AssertReplayed(source, augment with { Size = procedure == "cifar" ? 32 : 160, ShortSide = [180, 240] }, data with { Workers = 2 }, 3);
    }

    [Fact]
    public void WhatIsToldIsWhatWasDone()
    {
        using ISampleSource source = _set.Open();
        foreach ((AugmentOptions augment, DataOptions data) in Settings.Values.Where(settings => settings.Data.AugRepeats == 0))
        {
            PipelinePlan plan = Plan(augment, data);
            using var replay = new SampleReplay(source, plan, new TrainTransform(augment, false));
            using var plain = new SampleReplay(source, plan, new TrainTransform(augment with { AutoAugment = null, ColorJitter = 0 }, false));
            int operations = 0;
            for (long position = 0; position < replay.PositionsPerEpoch; position++)
            {
                ReplayedSample row = replay.Replay(0, position);
                byte[] pixels = plain.Replay(0, position).Pixels;
                OperationCall[] calls = [.. row.Draws.Operations.Select(Call)];
                AugmentGolden.Apply(pixels, plan.ImageSize, VectorLevel.Scalar, RgbColor.OfMean(data.Mean), calls);
                Assert.Equal(row.Pixels, pixels);
                operations += calls.Length;
                Assert.Equal(augment.ColorJitter > 0, row.Draws.Jitter);
                AssertMagnitudes(row.Draws, augment);
                AssertShown(row.Draws);
            }

            Assert.Equal(augment.AutoAugment is not null || augment.ColorJitter > 0, operations > 0);
        }
    }

    [Fact]
    public void ASampleThatCannotBeUsedIsToldWithItsReason()
    {
        using ISampleSource source = _set.Open();
        (AugmentOptions augment, DataOptions data) = Settings["a3"];
        using var replay = new SampleReplay(source, Plan(augment, data), new TrainTransform(augment, false));
        int seen = 0;
        for (long position = 0; position < replay.PositionsPerEpoch; position++)
        {
            ReplayedSample row = replay.Replay(0, position);
            string name = source.NameOf(row.Place.Index);
            bool isNone = name.EndsWith("one.jpg", StringComparison.Ordinal), isCut = name.EndsWith("cut.jpg", StringComparison.Ordinal);
            seen += isNone ? 1 : 0;
            Assert.True(isCut || isNone == row.Bad.Count > 0, name);
            Assert.Equal(row.Bad.Count == 0, row.Place.Index == row.Index);
            if (row.Bad.Count > 0)
            {
                Assert.Equal((row.Place.Index, name), (row.Bad[0].Index, row.Bad[0].Name));
                Assert.All(row.Bad, bad => Assert.NotEmpty(bad.Reason));
                Assert.DoesNotContain(row.Bad, bad => bad.Index == row.Index);
            }
        }

        Assert.True(seen > 0);
    }

    [Fact]
    public void AnOriginalIsTheImageItself()
    {
        using ISampleSource source = _set.Open();
        using var originals = new OriginalImage(source, false, DecoderKind.Auto);
        long index = Enumerable.Range(0, (int)source.Count).First(i => source.NameOf(i).EndsWith("0png.jpg", StringComparison.Ordinal));
        (ImageSize size, byte[] pixels) = originals.Read(index, 10_000);
        (ImageSize expected, byte[] rgb) = Decoding.Pixels.Decode(File.ReadAllBytes(source.NameOf(index)));
        Assert.Equal(expected, size);
        Assert.Equal(rgb, pixels);
        (ImageSize small, byte[] less) = originals.Read(index, 40);
        Assert.Equal(40, Math.Max(small.Width, small.Height));
        Assert.Equal(expected.Width / (double)expected.Height, small.Width / (double)small.Height, 0.1);
        Assert.Equal(3 * small.Width * small.Height, less.Length);
    }

    private static PipelinePlan Plan(AugmentOptions augment, DataOptions data) => new()
    {
        Seed = 5, BatchSize = BatchSize, Groups = 4, Epochs = 2, ImageSize = new ImageSize(augment.Size, augment.Size), Augment = augment, Shuffle = data.Shuffle, AugRepeats = data.AugRepeats,
    };

    /// <summary>Batches of the second epoch, row by row; what they come to.</summary>
    private static unsafe List<string> AssertReplayed(ISampleSource source, AugmentOptions augment, DataOptions data, int batches)
    {
        PipelinePlan plan = Plan(augment, data) with { StartEpoch = 1 };
        TrainTransform Transform() => new(augment, data.ExifOrientation, data.Decoder, data.Mean);
        using var replay = new SampleReplay(source, plan, Transform());
        using var pipeline = new ImagePipeline(source, Transform, data, plan, new NativeBatchMemory(), NullLogger.Instance);
        List<string> rows = [];
        int bytes = 3 * augment.Size * augment.Size;
        for (int i = 0; i < batches; i++)
        {
            using Batch batch = pipeline.Take(TestContext.Current.CancellationToken)!;
            Assert.Equal(1, batch.Epoch);
            for (int row = 0; row < batch.Count; row++)
            {
                ReplayedSample again = replay.Replay(1, replay.PositionOf(batch.IndexInEpoch, row));
                Assert.Equal((batch.IndexInEpoch, 0, row), (again.Batch, again.Rank, again.Row));
                Assert.Contains(again.Place.Position, replay.PositionsOf(1, again.Place.Index));
                Assert.Equal((batch.Indices[row], batch.Labels[row]), (again.Index, again.Label));
                var expected = new ReadOnlySpan<byte>(batch.Buffer.Pointer + (long)row * bytes, bytes);
                Assert.True(expected.SequenceEqual(again.Pixels), $"batch {batch.IndexInEpoch}, row {row}: {source.NameOf(again.Index)}");
                Assert.Equal(batch.Adjustments.HasLighting, again.Adjustments.HasLighting);
                Assert.Equal(batch.Adjustments.ErasedOf(row).ToArray(), again.Adjustments.ErasedOf(0).ToArray());
                if (again.Adjustments.HasErasing)
                {
                    Assert.Equal(batch.Adjustments.FillKeyOf(row), again.Adjustments.FillKeyOf(0));
                }

                if (again.Adjustments.HasLighting)
                {
                    Assert.Equal(batch.Adjustments.LightingOf(row).ToArray(), again.Adjustments.LightingOf(0).ToArray());
                }

                rows.Add($"{again.Index}{(again.Bad.Count > 0 ? " bad" : "")} {Decoding.Pixels.Hash(again.Pixels)}");
            }
        }

        return rows;
    }

    private static OperationCall Call(DrawnOperation drawn) =>
        new(PixelOperations.Of(drawn.Name), drawn.Argument ?? 0, drawn.Interpolation ?? Interpolation.Bilinear);

    /// <summary>A magnitude comes to its argument, one way or the other.</summary>
    private static void AssertMagnitudes(TransformDraws draws, AugmentOptions augment)
    {
        foreach (DrawnOperation drawn in draws.Operations)
        {
            Magnitude? magnitude = PixelOperations.Of(drawn.Name).Magnitude;
            Assert.Equal(magnitude?.Measure, drawn.Measure);
            Assert.Equal(magnitude is null, drawn.Argument is null);
            Assert.Equal(magnitude is null || draws.Jitter, drawn.Magnitude is null);
            if (drawn.Magnitude is { } level)
            {
                Assert.Contains(drawn.Argument!.Value, (double[])[magnitude!.Of(level, false, augment.Size), magnitude.Of(level, true, augment.Size)]);
            }
        }
    }

    /// <summary>What the output shows lies in the image, but for a shift.</summary>
    private static void AssertShown(TransformDraws draws)
    {
        (double left, double top, double width, double height) = draws.Shown;
        (int right, int down) = draws.Plan.Shift ?? (0, 0);
        left -= right * draws.Image.Width / (double)draws.Plan.Target.Width;
        top -= down * draws.Image.Height / (double)draws.Plan.Target.Height;
        Assert.InRange(left, -1e-9, draws.Image.Width - width + 1e-9);
        Assert.InRange(top, -1e-9, draws.Image.Height - height + 1e-9);
        Assert.True(width > 0 && height > 0);
    }
}
