using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Sources;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>Reads windows of sequential JPEGs.</summary>
internal sealed unsafe class WindowReader : IDisposable
{
    private readonly JpegHeader _header = new();
    private readonly BaselineScan _scan = new();
    private readonly CoefficientRow _row = new();

    /// <summary>Whether all of an image can be read.</summary>
    public static bool ReadsAll(ReadOnlySpan<byte> jpeg) => Reads(jpeg, frame => new McuWindow(0, 0, frame.McusWide, frame.McusHigh));

    /// <summary>Whether a window of an image can be read.</summary>
    public static bool Reads(ReadOnlySpan<byte> jpeg, Func<JpegFrame, McuWindow> window)
    {
        using var reader = new WindowReader();
        using EncodedSample sample = Pixels.Sample(jpeg);
        return reader.Read(sample.Pointer, sample.Length, window);
    }

    /// <summary>Reads a window of an image if it is one of ours.</summary>
    public bool Read(byte* jpeg, int length, Func<JpegFrame, McuWindow> choose)
    {
        if (_header.Read(jpeg, length) != JpegKind.Sequential)
        {
            return false;
        }

        McuWindow window = choose(_header.Frame);
        _row.Reserve(_header.Frame, window);
        _scan.Open(_header);
        _scan.Start(window);
        for (int y = window.Top; y < window.Bottom; y++)
        {
            if (!_scan.Read(_row))
            {
                Assert.False(_scan.Read(_row), "after damage nothing more is read");
                return false;
            }
        }

        return true;
    }

    /// <summary>Compares a window with the whole.</summary>
    public void Check(string name, byte[] jpeg, Coefficients whole, Random random, int number)
    {
        using EncodedSample sample = Pixels.Sample(jpeg);
        Assert.Equal(JpegKind.Sequential, _header.Read(sample));
        JpegFrame frame = _header.Frame;
        int left = random.Next(frame.McusWide), top = random.Next(frame.McusHigh);
        McuWindow window = (number % 4) switch
        {
            0 => new McuWindow(0, 0, frame.McusWide, frame.McusHigh),
            1 => new McuWindow(left, top, left + 1, top + 1),
            2 => new McuWindow(left, top, frame.McusWide, frame.McusHigh),
            _ => new McuWindow(left, top, random.Next(left, frame.McusWide) + 1, random.Next(top, frame.McusHigh) + 1),
        };
        _row.Reserve(frame, window);
        _scan.Open(_header);
        _scan.Start(window);
        for (int y = window.Top; y < window.Bottom; y++)
        {
            Assert.True(_scan.Read(_row), $"{name}: row {y} of {window}");
            for (int c = 0; c < frame.Components.Length; c++)
            {
                JpegComponent component = frame.Components[c];
                int first = window.Left * component.Horizontal, count = (window.Right - window.Left) * component.Horizontal;
                for (int v = 0; v < component.Vertical; v++)
                {
                    ReadOnlySpan<short> blocks = new(_row.Blocks(c, v), 64 * count);
                    Assert.True(blocks.SequenceEqual(whole.Blocks(c, (y * component.Vertical) + v, first, count)), $"{name}: row {y} of {window}");
                    for (int x = 0; x < count; x++)
                    {
                        int extent = 63;
                        for (; extent > 0 && blocks[(64 * x) + Zigzag.Places[extent]] == 0; extent--)
                        {
                        }

                        Assert.InRange(_row.Extents(c, v)[x], extent, 63);
                    }
                }
            }
        }
    }

    public void Dispose()
    {
        _header.Dispose();
        _scan.Dispose();
        _row.Dispose();
    }
}
