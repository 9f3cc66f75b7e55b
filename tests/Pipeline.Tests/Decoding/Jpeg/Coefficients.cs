using System.Buffers;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>An image's coefficients as managed arrays, and short ways to them.</summary>
internal sealed unsafe class Coefficients
{
    private Coefficients(JpegFrame frame, short[][] planes) => (Frame, Planes) = (frame, planes);

    public JpegFrame Frame { get; }

    /// <summary>For each component, [rows of blocks, blocks, 64].</summary>
    public short[][] Planes { get; }

    public int Across(int component) => Frame.McusWide * Frame.Components[component].Horizontal;

    public ReadOnlySpan<short> Blocks(int component, int row, int left, int count) =>
        Planes[component].AsSpan(64 * ((row * Across(component)) + left), 64 * count);

    /// <summary>All of them; null where we do not read them.</summary>
    public static Coefficients? Read(ReadOnlySpan<byte> jpeg)
    {
        using EncodedSample sample = Pixels.Sample(jpeg);
        using var reader = new JpegCoefficients();
        using var image = new CoefficientImage();
        return reader.TryRead(sample, image) ? Copy(image) : null;
    }

    public static Coefficients Copy(CoefficientImage image) => new(image.Frame, [.. Enumerable.Range(0, image.Frame.Components.Length).Select(c =>
        new ReadOnlySpan<short>(image.Blocks(c, 0), 64 * image.BlocksAcross(c) * image.BlockRows(c)).ToArray())]);

    /// <summary>What the writer makes of an image.</summary>
    public static byte[] Rewrite(ReadOnlySpan<byte> jpeg, int restartInterval = 0)
    {
        using EncodedSample sample = Pixels.Sample(jpeg);
        using var reader = new JpegCoefficients();
        using var image = new CoefficientImage();
        Xunit.Assert.True(reader.TryRead(sample, image));
        var target = new ArrayBufferWriter<byte>();
        new JpegWriter().Write(image, target, restartInterval);
        return target.WrittenSpan.ToArray();
    }

    /// <summary>Whether they are another reader's.</summary>
    public bool Equals(LibjpegReference.Plane[] planes) => planes.Length == Planes.Length
        && Enumerable.Range(0, planes.Length).All(c => planes[c].Across == Across(c) && planes[c].Coefficients.AsSpan().SequenceEqual(Planes[c]));

    /// <summary>Whether another image has the same, and is shown in the same way.</summary>
    public bool Equals(Coefficients other) => Frame.Size == other.Frame.Size && Frame.Color == other.Frame.Color
        && Enumerable.Range(0, Planes.Length).All(c => Planes[c].AsSpan().SequenceEqual(other.Planes[c])
            && Frame.Components[c].Quantisation.AsSpan().SequenceEqual(other.Frame.Components[c].Quantisation)
            && Frame.Components[c].Horizontal == other.Frame.Components[c].Horizontal
            && Frame.Components[c].Vertical == other.Frame.Components[c].Vertical);
}
