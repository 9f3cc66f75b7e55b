using System.Buffers;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Shards.Payloads;

/// <summary>Images of coefficients, and short ways to their payloads and back.</summary>
internal static unsafe class PayloadImages
{
    /// <summary>A frame of any shape that a payload may have.</summary>
    public static JpegFrame Frame(Random random)
    {
        var size = new ImageSize(random.Next(1, 150), random.Next(1, 60));
        JpegColor color = (JpegColor)random.Next(3);
        (int H, int V)[] factors = color == JpegColor.Grey ? [(1, 1)]
            : random.Next(3) == 0 ? [.. Enumerable.Range(0, 3).Select(_ => (random.Next(1, 5), random.Next(1, 5)))]
            : [(random.Next(1, 3), random.Next(1, 3)), (1, 1), (1, 1)];
        int across = factors.Max(factor => factor.H), down = factors.Max(factor => factor.V);
        ushort[] table = [.. Enumerable.Range(0, 64).Select(_ => (ushort)random.Next(1, random.Next(4) == 0 ? 65536 : 256))];
        return new JpegFrame
        {
            Size = size,
            Color = color,
            MostHorizontal = across,
            MostVertical = down,
            Components = [.. factors.Select((factor, index) => new JpegComponent
            {
                Horizontal = factor.H,
                Vertical = factor.V,
                BlocksWide = ((((size.Width * factor.H) + across - 1) / across) + 7) / 8,
                BlocksHigh = ((((size.Height * factor.V) + down - 1) / down) + 7) / 8,
                Quantisation = index == 1 ? [.. table.Reverse()] : table,
            })],
        };
    }

    /// <summary>An image of random coefficients: some blocks empty, some full, sizes of every width up to a greatest.</summary>
    public static CoefficientImage Image(Random random, int most)
    {
        var image = new CoefficientImage();
        image.Reserve(Frame(random));
        double fullness = random.NextDouble();
        for (int c = 0; c < image.Frame.Components.Length; c++)
        {
            short* coefficients = image.Blocks(c, 0);
            for (int b = 0; b < image.BlockRows(c) * image.BlocksAcross(c); b++, coefficients += 64)
            {
                double density = random.Next(4) switch { 0 => 0, 1 => 1, _ => fullness };
                int last = random.Next(64), size = random.Next(3) == 0 ? 1 : most;
                for (int k = 0; k <= last; k++)
                {
                    coefficients[Zigzag.Places[k]] = random.NextDouble() < density ? Value(random, size) : (short)0;
                }

                coefficients[0] = Value(random, most);
            }
        }

        return image;
    }

    /// <summary>A real image's coefficients; a test without the sample is skipped.</summary>
    public static IEnumerable<(long Number, int Length, CoefficientImage Image)> Sample()
    {
        string path = StreamTrainer.Tests.TestPaths.DataFile("imagenet-sample-500.tar");
        Assert.SkipUnless(File.Exists(path), "the ImageNet sample is missing");
        return Read(path);
    }

    public static byte[] Coefficients(CoefficientImage image)
    {
        var output = new ArrayBufferWriter<byte>();
        new CoefficientPayload().Encode(image, output);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Indexed(CoefficientImage image, IndexedTables tables)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.True(new IndexedPayload().TryEncode(image, tables, output));
        return output.WrittenSpan.ToArray();
    }

    public static IndexedStatistics Statistics(CoefficientImage image)
    {
        var statistics = new IndexedStatistics();
        Assert.True(statistics.TryAdd(image));
        return statistics;
    }

    public static McuWindow Whole(JpegFrame frame) => new(0, 0, frame.McusWide, frame.McusHigh);

    public static McuWindow Window(Random random, JpegFrame frame)
    {
        int left = random.Next(frame.McusWide), top = random.Next(frame.McusHigh);
        return new McuWindow(left, top, random.Next(left, frame.McusWide) + 1, random.Next(top, frame.McusHigh) + 1);
    }

    /// <summary>Reads a window and holds it against the image.</summary>
    public static void AssertWindow(IBlockSource source, CoefficientImage image, in McuWindow window, string name)
    {
        using var row = new CoefficientRow();
        JpegFrame frame = image.Frame;
        row.Reserve(frame, window);
        source.Start(window);
        for (int y = window.Top; y < window.Bottom; y++)
        {
            Assert.True(source.Read(row), name);
            for (int c = 0; c < frame.Components.Length; c++)
            {
                int h = frame.Components[c].Horizontal, vertical = frame.Components[c].Vertical, blocks = (window.Right - window.Left) * h;
                for (int v = 0; v < vertical; v++)
                {
                    short* expected = image.Blocks(c, (y * vertical) + v) + (window.Left * h * 64);
                    Assert.True(new ReadOnlySpan<short>(expected, 64 * blocks).SequenceEqual(new ReadOnlySpan<short>(row.Blocks(c, v), 64 * blocks)),
                        $"{name}: row {y}, component {c}, {v}");
                    for (int b = 0; b < blocks; b++)
                    {
                        Assert.Equal(Extent(expected + (64 * b)), row.Extents(c, v)[b]);
                    }
                }
            }
        }

        Assert.False(source.Read(row), name);
    }

    public static void AssertFrame(JpegFrame expected, JpegFrame actual)
    {
        Assert.Equal((expected.Size, expected.Color, expected.MostHorizontal, expected.MostVertical, expected.Components.Length),
            (actual.Size, actual.Color, actual.MostHorizontal, actual.MostVertical, actual.Components.Length));
        Assert.All(expected.Components.Zip(actual.Components), pair =>
        {
            Assert.Equal((pair.First.Horizontal, pair.First.Vertical, pair.First.BlocksWide, pair.First.BlocksHigh),
                (pair.Second.Horizontal, pair.Second.Vertical, pair.Second.BlocksWide, pair.Second.BlocksHigh));
            Assert.Equal(pair.First.Quantisation, pair.Second.Quantisation);
        });
    }

    private static int Extent(short* block)
    {
        int k = 63;
        while (k > 0 && block[Zigzag.Places[k]] == 0)
        {
            k--;
        }

        return k;
    }

    private static short Value(Random random, int most)
    {
        int bits = random.Next(1, 17);
        int size = Math.Min(random.Next(1 << bits), most);
        return random.Next(50) == 0 ? (short)-most : (short)(random.Next(2) == 0 ? -size : size);
    }

    private static IEnumerable<(long Number, int Length, CoefficientImage Image)> Read(string path)
    {
        using ISampleSource source = SampleSources.Open(path);
        using var sample = new EncodedSample();
        using var reader = new JpegCoefficients();
        using var image = new CoefficientImage();
        for (long i = 0; i < source.Count; i++)
        {
            source.Read(i, sample);
            Assert.True(reader.TryRead(sample, image), $"image {i}");
            yield return (i, sample.Length, image);
        }
    }
}
