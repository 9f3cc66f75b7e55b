using CsCheck;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms;

/// <summary>A resize of noise, drawn at random: sizes, box, window, filter, flip, and the strips in which the rows come.</summary>
internal sealed unsafe record ResizeRequest(ImageSize Source, ResampleBox Box, ImageSize Target, CropBox Window, Interpolation Filter, bool Flip, int Strip, int Seed)
{
    /// <summary>What may be read behind the last pixel of a strip.</summary>
    private const int Slack = 16;

    private static readonly Gen<ImageSize> s_sizes = Gen.OneOf(
        Gen.Select(Gen.Int[1, 90], Gen.Int[1, 90]), Gen.Select(Gen.Int[1, 700], Gen.Int[1, 40]), Gen.Select(Gen.Int[1, 40], Gen.Int[1, 700]))
        .Select((width, height) => new ImageSize(width, height));

    private static readonly Interpolation[] s_filters = [.. Enum.GetValues<Interpolation>().Except([Interpolation.Random])];

    /// <summary>Any request.</summary>
    public static Gen<ResizeRequest> Any { get; } =
        from source in s_sizes
        from target in s_sizes
        from keep in Gen.Int[0, 9]
        from box in Gen.Double[0, 1].Array[4]
        from window in Gen.Double[0, 1].Array[4]
        from filter in Gen.Int[0, s_filters.Length - 1]
        from flip in Gen.Bool
        from strip in Gen.Int[1, 20]
        from seed in Gen.Int
        let aim = new ImageSize(keep is 0 or 2 ? source.Width : target.Width, keep is 1 or 2 ? source.Height : target.Height)
        select new ResizeRequest(
            source, keep < 7 ? ResampleBox.Of(source) : BoxOf(source, box), aim, keep % 2 == 0 ? new CropBox(0, 0, aim.Width, aim.Height) : WindowOf(aim, window),
            s_filters[filter], flip, strip, seed);

    /// <summary>The image, packed. Hard edges make overshoots that have to be clamped.</summary>
    public byte[] Pixels()
    {
        var bytes = new byte[3 * Source.Width * Source.Height];
        new Random(Seed).NextBytes(bytes);
        return Array.ConvertAll(bytes, value => value < 96 ? (byte)0 : value > 160 ? (byte)255 : value);
    }

    /// <summary>The window. Every strip lies before a page that must not be read, the result before one that must not be written.</summary>
    public byte[] Resized(VectorLevel level, bool inOneStrip = false)
    {
        byte[] image = Pixels();
        using var resampler = new Resampler(level);
        CropBox needed = resampler.Prepare(Source, Box, Target, Window, Filter);
        int rowBytes = 3 * needed.Width, bytes = 3 * Window.Width * Window.Height, strip = inOneStrip ? needed.Height : Strip;
        using var rows = new GuardedMemory(rowBytes * strip + Slack);
        using var output = new GuardedMemory(bytes);
        new Span<byte>(output.Start, output.Capacity).Fill(0xa5);
        byte* target = output.End - bytes;
        resampler.Begin(Flip, target);
        var part = new byte[rowBytes * strip];
        for (int y = 0; y < needed.Height; y += strip)
        {
            int height = Math.Min(strip, needed.Height - y);
            for (int row = 0; row < height; row++)
            {
                image.AsSpan(3 * ((needed.Top + y + row) * Source.Width + needed.Left), rowBytes).CopyTo(part.AsSpan(row * rowBytes));
            }

            resampler.Push(new PixelView(rows.AtEnd(part.AsSpan(0, rowBytes * height), Slack), needed.Width, height, rowBytes));
        }

        Assert.Equal(-1, new ReadOnlySpan<byte>(output.Start, (int)(target - output.Start)).IndexOfAnyExcept((byte)0xa5));
        return new ReadOnlySpan<byte>(target, bytes).ToArray();
    }

    private static ResampleBox BoxOf(ImageSize source, double[] at)
    {
        (float left, float right) = Range(source.Width, at[0], at[1]);
        (float top, float bottom) = Range(source.Height, at[2], at[3]);
        return new ResampleBox(left, top, right, bottom);

        static (float From, float To) Range(int size, double a, double b)
        {
            float from = (float)(size * Math.Min(a, b)), to = (float)(size * Math.Max(a, b));
            return to - from > 0.01f ? (from, to) : (0, size);
        }
    }

    private static CropBox WindowOf(ImageSize target, double[] at)
    {
        int width = 1 + (int)(at[0] * (target.Width - 1)), height = 1 + (int)(at[1] * (target.Height - 1));
        return new CropBox((int)(at[2] * (target.Width - width)), (int)(at[3] * (target.Height - height)), width, height);
    }
}
