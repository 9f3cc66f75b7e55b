using System.Formats.Tar;
using CsCheck;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Tests.Decoding;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms;

public sealed class TransformTests
{
    private static readonly double[] s_grey77 = [77 / 255.0, 77 / 255.0, 77 / 255.0];

    [Fact]
    public void ScaleJitterCropsAResizedImage()
    {
        Gen.Select(Gen.Int[20, 60], Gen.Int[20, 60], Gen.Int[0, 10_000]).Sample((width, height, position) =>
        {
            byte[] image = [.. Enumerable.Range(0, 3 * width * height).Select(i => (byte)(i * 37))];
            using EncodedSample sample = Pixels.Raw(width, height, image);
            var options = new AugmentOptions { Size = 24, Crop = CropMode.ScaleJitter, ShortSide = [25, 40], Interpolation = Interpolation.Bicubic };
            var place = new SamplePlace(1, 2, position, 3);
            using var transform = new TrainTransform(options, false);
            byte[] result = Pixels.Apply(transform, sample, place);

            SampleRandom draws = place.Random();
            int side = 25 + (int)(draws.Next() * 16), wide = width <= height ? side : side * width / height, high = width <= height ? side * height / width : side;
            int top = (int)(draws.Next() * (high - 24 + 1)), left = (int)(draws.Next() * (wide - 24 + 1));
            bool flip = draws.Next() < 0.5;
            var all = new CropBox(0, 0, width, height);
            Assert.Equal(Pixels.Resize(sample, all, new ImageSize(wide, high), new CropBox(left, top, 24, 24), Interpolation.Bicubic, flip), result);
        });
    }

    [Fact]
    public void APaddedShiftIsAWindowOfTheReflectedImage()
    {
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 20], Gen.Int[0, 1000], Gen.Bool).Sample((size, padding, position, alternating) =>
        {
            byte[] image = [.. Enumerable.Range(0, 3 * size * size).Select(i => (byte)(i * 37))];
            using EncodedSample sample = Pixels.Raw(size, size, image);
            var options = new AugmentOptions { Size = size, Crop = CropMode.PadShift, Padding = padding, AlternatingFlip = alternating, Interpolation = Interpolation.Bicubic };
            var place = new SamplePlace(1, 2, position, 3);
            using var transform = new TrainTransform(options, false);
            byte[] result = Pixels.Apply(transform, sample, place);

            SampleRandom draws = place.Random();
            int right = (int)(draws.Next() * (2 * padding + 1)) - padding, down = (int)(draws.Next() * (2 * padding + 1)) - padding;
            bool flip = alternating ? new SampleRandom(1, 0, 3, RandomStream.Flip).Next() < 0.5 : draws.Next() < 0.5;
            for (int y = 0; y < size; y++)
            {
                for (int x = 0; x < size; x++)
                {
                    int column = Reflected((flip ? size - 1 - x : x) + right, size), row = Reflected(y + down, size);
                    Assert.True(image.AsSpan(3 * (row * size + column), 3).SequenceEqual(result.AsSpan(3 * (y * size + x), 3)));
                }
            }
        });
    }

    [Fact]
    public void AlternatingFlipsTurnWithEveryEpoch()
    {
        var options = new AugmentOptions { Size = 2, Crop = CropMode.PadShift, Padding = 0, AlternatingFlip = true };
        byte[] image = [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2];
        using EncodedSample sample = Pixels.Raw(2, 2, image);
        using var transform = new TrainTransform(options, false);
        int first = 0;
        for (int index = 0; index < 200; index++)
        {
            bool[] flipped = [.. Enumerable.Range(0, 6).Select(epoch => Pixels.Apply(transform, sample, new SamplePlace(5, epoch, 17 * epoch, index))[0] == 2)];
            Assert.Equal(Enumerable.Range(0, 6).Select(epoch => flipped[0] ^ (epoch % 2 == 1)), flipped);
            first += flipped[0] ? 1 : 0;
        }

        Assert.InRange(first, 60, 140);
    }

    [Fact]
    public void FlipsAndFiltersComeAsOftenAsAsked()
    {
        byte[] image = [.. Enumerable.Range(0, 3 * 9 * 9).Select(i => (byte)(i * 91))];
        using EncodedSample sample = Pixels.Raw(9, 9, image);
        var options = new AugmentOptions { Size = 5, Scale = [1, 1], Ratio = [1, 1], HorizontalFlip = 0.25 };
        using var transform = new TrainTransform(options, false);
        Dictionary<string, int> seen = Enumerable.Range(0, 4000)
            .Select(i => Convert.ToHexString(Pixels.Apply(transform, sample, new SamplePlace(7, 0, i, i)))).CountBy(hash => hash).ToDictionary();
        var box = new CropBox(0, 0, 9, 9);
        foreach (Interpolation filter in (Interpolation[])[Interpolation.Bilinear, Interpolation.Bicubic])
        {
            foreach (bool flip in (bool[])[false, true])
            {
                string hash = Convert.ToHexString(Pixels.Resize(sample, box, new ImageSize(5, 5), new CropBox(0, 0, 5, 5), filter, flip));
                Assert.InRange(seen[hash], flip ? 400 : 1350, flip ? 600 : 1650);
            }
        }

        Assert.Equal(4, seen.Count);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3000)]
    [InlineData(3000, 1)]
    [InlineData(37, 2)]
    public void AnyShapeGoesThroughEveryTransform(int width, int height)
    {
        byte[] image = new byte[3 * width * height];
        Array.Fill(image, (byte)77);
        using EncodedSample sample = Pixels.Raw(width, height, image);
        IImageTransform[] transforms =
        [
            .. Enum.GetValues<CropMode>().Select(crop => new TrainTransform(new AugmentOptions { Size = 32, Crop = crop }, false)),
            .. Enum.GetValues<EvaluationCropMode>().Select(mode => new EvaluationTransform(new EvaluationOptions { Size = 32, CropMode = mode }, false, mean: s_grey77)),
        ];
        foreach (IImageTransform transform in transforms)
        {
            Assert.All(Pixels.Apply(transform, sample, new SamplePlace(0, 0, 1, 1)), value => Assert.Equal(77, value));
            transform.Dispose();
        }
    }

    [Fact]
    public void ThreadsHaveNothingToDoWithTheResult()
    {
        byte[][] files = RealImages(24);
        var options = new AugmentOptions { Size = 96 };
        string[] Run(int start, int step)
        {
            using var transform = new TrainTransform(options, false);
            var result = new string[files.Length];
            for (int i = start; i < files.Length; i += step)
            {
                using EncodedSample sample = Pixels.Sample(files[i]);
                result[i] = Pixels.Hash(Pixels.Apply(transform, sample, new SamplePlace(3, 4, i, i)));
            }

            return result;
        }

        string[] alone = Run(0, 1);
        var together = new string[4][];
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(t => new Thread(() => together[t] = Run(t, 4)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(alone, Enumerable.Range(0, files.Length).Select(i => together[i % 4][i]));
    }

    [Fact]
    public void NothingIsAllocatedForAnImage()
    {
        byte[][] files = RealImages(8);
        EncodedSample[] samples = [.. files.Select(file => Pixels.Sample(file))];
        using var transform = new TrainTransform(new AugmentOptions(), false);
        var target = new byte[3 * 224 * 224];
        var timing = default(TransformTiming);
        void Round(int round)
        {
            for (int i = 0; i < samples.Length; i++)
            {
                transform.Apply(samples[i], new SamplePlace(0, round, i, i), target, ref timing);
            }
        }

        // Buffers grow until they have met the largest box, caches until they are full.
        const int Warm = 40, Measured = 20;
        Enumerable.Range(0, Warm).ToList().ForEach(Round);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = Warm; round < Warm + Measured; round++)
        {
            Round(round);
        }

        double perImage = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)(Measured * samples.Length);
        Assert.True(perImage < 64, $"{perImage} bytes an image");
        Array.ForEach(samples, sample => sample.Dispose());
    }

    private static int Reflected(int at, int size)
    {
        while (size > 1 && (at < 0 || at >= size))
        {
            at = at < 0 ? -at : 2 * (size - 1) - at;
        }

        return size == 1 ? 0 : at;
    }

    private static byte[][] RealImages(int count)
    {
        string tar = TestPaths.DataFile("imagenet-sample-500.tar");
        Assert.SkipUnless(File.Exists(tar), $"{tar} is missing (STREAMTRAINER_DATA)");
        using var reader = new TarReader(File.OpenRead(tar));
        var files = new List<byte[]>();
        while (files.Count < count && reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is { } stream)
            {
                using var memory = new MemoryStream();
                stream.CopyTo(memory);
                files.Add(memory.ToArray());
            }
        }

        return [.. files];
    }
}
