using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>All coefficients of a sample, whatever it is stored as: a JPEG, or a payload made of one. One thread's.</summary>
internal sealed unsafe class CoefficientReader : IDisposable
{
    private readonly BaselineScan _baseline = new();
    private readonly CoefficientScan _coefficients = new();
    private readonly CoefficientRow _row = new();

    /// <summary>What the segments of the JPEG that was read last say.</summary>
    public JpegHeader Header { get; } = new();

    /// <summary>The coefficients that were read last.</summary>
    public CoefficientImage Image { get; } = new();

    /// <summary>Reads a sample.</summary>
    /// <returns>False where it holds no coefficients of a kind that payloads have, or is damaged: then it is best left as it is.</returns>
    public bool TryRead(EncodedSample sample) => sample.Kind switch
    {
        PayloadKind.Encoded => TryReadJpeg(sample),
        PayloadKind.Coefficients => TryReadCoefficients(sample.Pointer, sample.Length, out _),
        _ => false,
    };

    /// <summary>Reads a payload <c>coefficients</c>.</summary>
    /// <param name="data">Its bytes.</param>
    /// <param name="length">How many.</param>
    /// <param name="head">How many at its begin say where the others are.</param>
    public bool TryReadCoefficients(byte* data, int length, out int head)
    {
        head = 0;
        if (!_coefficients.TryOpen(data, length, out JpegFrame? frame))
        {
            return false;
        }

        head = _coefficients.HeadLength;
        return ReadAll(_coefficients, frame);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Header.Dispose();
        _baseline.Dispose();
        _coefficients.Dispose();
        _row.Dispose();
        Image.Dispose();
    }

    private bool TryReadJpeg(EncodedSample sample)
    {
        // A JPEG without an end is a truncated one, which is no sample: it must stay what it is.
        if (Header.Read(sample) != JpegKind.Sequential || !ImageSignature.HasJpegEnd(sample.Bytes))
        {
            return false;
        }

        _baseline.Open(Header);
        return ReadAll(_baseline, Header.Frame);
    }

    private bool ReadAll(IBlockSource source, JpegFrame frame)
    {
        var window = new McuWindow(0, 0, frame.McusWide, frame.McusHigh);
        Image.Reserve(frame);
        _row.Reserve(frame, window);
        source.Start(window);
        for (int y = 0; y < frame.McusHigh; y++)
        {
            if (!source.Read(_row))
            {
                return false;
            }

            for (int c = 0; c < frame.Components.Length; c++)
            {
                JpegComponent component = frame.Components[c];
                long bytes = (long)frame.McusWide * component.Horizontal * 64 * sizeof(short);
                for (int v = 0; v < component.Vertical; v++)
                {
                    Buffer.MemoryCopy(_row.Blocks(c, v), Image.Blocks(c, (y * component.Vertical) + v), bytes, bytes);
                }
            }
        }

        return true;
    }
}
