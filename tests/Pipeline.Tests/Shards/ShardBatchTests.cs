using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Tests.Decoding;
using StreamTrainer.Pipeline.Tests.Decoding.Jpeg;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Shards;

/// <summary>A fixed seed gives the same batches from a source and from every payload of it, to the byte.</summary>
public sealed class ShardBatchTests : IDisposable
{
    /// <summary>A2's transform, at a size that takes less time.</summary>
    private static readonly AugmentOptions s_a2 = new() { Size = 64, AutoAugment = "rand-m7-mstd0.5-inc1" };

    private readonly ShardSet _set = new(repeat: 2);

    public static TheoryData<bool, bool> Ways => new() { { false, false }, { true, false }, { false, true } };

    public void Dispose() => _set.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void AreTheSameFromEveryPayload(bool evaluation, bool exif)
    {
        using ISampleSource source = _set.Open();
        List<string> expected = Batches(source, evaluation, exif);
        foreach (ShardPayload payload in Enum.GetValues<ShardPayload>())
        {
            using ISampleSource packed = SampleSources.Open(_set.Pack($"{payload}", payload));
            Assert.Equal(expected, Batches(packed, evaluation, exif));
        }

        // The turned images are turned: it is something that is compared.
        Assert.Equal(exif, !Batches(source, evaluation, exif: false).SequenceEqual(expected));
    }

    [Fact]
    public void ADamagedSampleAloneIsReplaced()
    {
        using ISampleSource source = _set.Open();
        foreach (ShardPayload payload in Enum.GetValues<ShardPayload>())
        {
            string path = _set.Pack($"{payload}", payload);
            int hit;
            using (var packed = ShardSource.Open(path))
            {
                hit = Enumerable.Range(0, packed.Index.Count).First(i => packed.Index[i].Sampling == 0x111111);
                ShardFile file = packed.Index.FileOf(hit);
                ShardRow row = packed.Index[hit];
                using FileStream bytes = File.Open(Path.Combine(path, file.Name), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
                bytes.Position = row.Offset + (row.Length / 2);
                int value = bytes.ReadByte();
                bytes.Position--;
                bytes.WriteByte((byte)(value ^ 4));
            }

            using ISampleSource damaged = SampleSources.Open(path);
            List<BadSample> before = [], after = [];
            Batches(source, evaluation: true, exif: false, before);
            Batches(damaged, evaluation: true, exif: false, after);
            BadSample bad = Assert.Single(after, sample => before.All(known => known.Index != sample.Index));
            Assert.Equal(hit, bad.Index);
            Assert.Equal(before.Count + 1, after.Count);
            Assert.Contains("the checksum is wrong", bad.Reason, StringComparison.Ordinal);
            Assert.NotEmpty(Batches(damaged, evaluation: false, exif: false));
        }
    }

    [Fact]
    public void AreTheSameForTheImageNetSample()
    {
        string tar = TestPaths.DataFile("imagenet-sample-500.tar");
        Assert.SkipUnless(File.Exists(tar), $"needs {tar} (STREAMTRAINER_DATA)");
        using ISampleSource source = SampleSources.Open(tar);
        List<string> expected = Batches(source, evaluation: false, exif: false, augment: s_a2);
        foreach (ShardPayload payload in Enum.GetValues<ShardPayload>())
        {
            string path = _set.At($"imagenet{payload}");
            PackResult result = ShardPacker.Pack(source, path, new PackOptions { Payload = payload }, 2, null, TestContext.Current.CancellationToken);
            Assert.Equal(source.Count, result.Kinds[ShardText.Of(payload)]);
            Assert.InRange(result.Bytes / (double)result.SourceBytes, 0.9, payload == ShardPayload.Coefficients ? 1.30 : 1.02);
            using ISampleSource packed = SampleSources.Open(path);
            Assert.Equal(expected, Batches(packed, evaluation: false, exif: false, augment: s_a2));
            AssertBoxes(source, packed, payload);
        }
    }

    /// <summary>Boxes of every image, often at its edges, are crops of the whole original.</summary>
    private static void AssertBoxes(ISampleSource source, ISampleSource packed, ShardPayload payload)
    {
        const int BoxesOfEach = 50;
        using EncodedSample original = new(), stored = new();
        using SampleDecoder whole = new(false), decoder = new(false);
        var random = new Random(11);
        for (int i = 0; i < source.Count; i++)
        {
            source.Read(i, original);
            packed.Read(i, stored);
            ImageSize size = whole.Open(original);
            byte[] rgb = Pixels.Read(whole, new CropBox(0, 0, size.Width, size.Height));
            whole.Close();
            for (int n = 0; n < BoxesOfEach; n++)
            {
                CropBox box = Boxes.Random(random, size);
                Assert.Equal(size, decoder.Open(stored));
                Assert.True(Boxes.Crop(rgb, size, box).AsSpan().SequenceEqual(Pixels.Read(decoder, box)), $"{payload}: {source.NameOf(i)} {box}");
                decoder.Close();
            }
        }
    }

    private static unsafe List<string> Batches(ISampleSource source, bool evaluation, bool exif, List<BadSample>? bad = null, AugmentOptions? augment = null)
    {
        var size = new ImageSize(64, 64);
        var plan = new PipelinePlan { Seed = 5, BatchSize = 8, Epochs = evaluation ? 1 : 2, Evaluation = evaluation, ImageSize = size };
        var data = new DataOptions { Workers = 2, MaxBadFraction = 1, ExifOrientation = exif };
        IImageTransform Transform() => evaluation
            ? new EvaluationTransform(new EvaluationOptions { Size = size.Width }, exif)
            : new TrainTransform(augment ?? new AugmentOptions { Size = size.Width }, exif);
        var result = new List<string>();
        using var pipeline = new ImagePipeline(source, Transform, data, plan, new NativeBatchMemory(), NullLogger.Instance);
        while (pipeline.Take(TestContext.Current.CancellationToken) is { } batch)
        {
            using (batch)
            {
                result.Add($"{batch.Epoch}.{batch.IndexInEpoch}: {string.Join(',', batch.Labels.Take(batch.Count))} {string.Join(',', batch.Indices.Take(batch.Count))} "
                    + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(new ReadOnlySpan<byte>(batch.Buffer.Pointer, 3 * size.Width * size.Height * batch.Count))));
            }
        }

        while (bad is not null && pipeline.TryTakeBad(out BadSample sample))
        {
            bad.Add(sample);
        }

        return result;
    }
}
