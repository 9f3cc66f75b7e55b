using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>Reads all coefficients of a JPEG, for packing. One thread's; owns its memory.</summary>
internal sealed unsafe class JpegCoefficients : IDisposable
{
    private readonly JpegHeader _header = new();
    private readonly BaselineScan _scan = new();
    private readonly ProgressiveScan _scans = new();
    private readonly CoefficientRow _row = new();

    /// <summary>Reads an image.</summary>
    /// <returns>False where it has no 8-bit grey, RGB or YCbCr coefficients that we can decode, or where anything in it is damaged,
    /// missing or too much, its end included; what is in <paramref name="image"/> then is undefined.</returns>
    public bool TryRead(EncodedSample sample, CoefficientImage image) => TryRead(sample.Pointer, sample.Length, image);

    /// <summary>Reads an image from its bytes.</summary>
    public bool TryRead(byte* bytes, int length, CoefficientImage image)
    {
        JpegKind kind = _header.Read(bytes, length);
        // Each block takes a bit at least: memory is bounded by the file, not by what its header says.
        if (kind == JpegKind.Foreign || CoefficientImage.Count(_header.Frame) > length * 8L)
        {
            return false;
        }

        image.Reserve(_header.Frame);
        return kind == JpegKind.Sequential ? ReadSequential(image) : _scans.Read(_header, image);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _header.Dispose();
        _scan.Dispose();
        _scans.Dispose();
        _row.Dispose();
    }

    private bool ReadSequential(CoefficientImage image)
    {
        JpegFrame frame = image.Frame;
        var window = new McuWindow(0, 0, frame.McusWide, frame.McusHigh);
        _row.Reserve(frame, window);
        _scan.Open(_header);
        _scan.Start(window);
        for (int y = 0; y < frame.McusHigh; y++)
        {
            if (!_scan.Read(_row))
            {
                return false;
            }

            for (int c = 0; c < frame.Components.Length; c++)
            {
                long bytes = 64L * sizeof(short) * image.BlocksAcross(c);
                for (int v = 0; v < frame.Components[c].Vertical; v++)
                {
                    Buffer.MemoryCopy(_row.Blocks(c, v), image.Blocks(c, (y * frame.Components[c].Vertical) + v), bytes, bytes);
                }
            }
        }

        return _scan.EndsImage();
    }
}
