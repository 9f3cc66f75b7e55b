using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>All coefficients of a sample, whatever it is stored as: a JPEG, or a payload made of one. One thread's.</summary>
internal sealed unsafe class CoefficientReader : IDisposable
{
    private readonly JpegCoefficients _jpeg = new();
    private readonly CoefficientScan _coefficients = new();
    private readonly IndexedScan _indexed = new();
    private readonly CoefficientRow _row = new();

    /// <summary>The coefficients that were read last.</summary>
    public CoefficientImage Image { get; } = new();

    /// <summary>Bytes at the begin of the payload that was read last which say where its others are; 0 of a JPEG.</summary>
    public int HeadLength { get; private set; }

    /// <summary>Reads a sample.</summary>
    /// <returns>False where it holds no coefficients of a kind that payloads have, or anything in it is damaged.</returns>
    public bool TryRead(EncodedSample sample)
    {
        HeadLength = 0;
        return sample.Kind switch
        {
            PayloadKind.Encoded => _jpeg.TryRead(sample, Image) && FrameDecoder.Knows(Image.Frame),
            PayloadKind.Coefficients => TryReadCoefficients(sample.Pointer, sample.Length),
            PayloadKind.Indexed => sample.Tables is { } tables && TryReadIndexed(sample.Pointer, sample.Length, tables),
            _ => false,
        };
    }

    /// <summary>Reads a payload <c>coefficients</c>.</summary>
    /// <param name="data">Its bytes.</param>
    /// <param name="length">How many.</param>
    public bool TryReadCoefficients(byte* data, int length)
    {
        if (!_coefficients.TryOpen(data, length, out JpegFrame? frame))
        {
            return false;
        }

        HeadLength = _coefficients.HeadLength;
        return ReadAll(_coefficients, frame);
    }

    /// <summary>Reads a payload <c>indexed</c>.</summary>
    /// <param name="data">Its bytes.</param>
    /// <param name="length">How many.</param>
    /// <param name="tables">The codes that it is written in.</param>
    public bool TryReadIndexed(byte* data, int length, IndexedTables tables)
    {
        if (!_indexed.TryOpen(data, length, tables, out JpegFrame? frame))
        {
            return false;
        }

        HeadLength = _indexed.HeadLength;
        return ReadAll(_indexed, frame);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _jpeg.Dispose();
        _coefficients.Dispose();
        _indexed.Dispose();
        _row.Dispose();
        Image.Dispose();
    }

    private bool ReadAll<T>(T source, JpegFrame frame)
        where T : IBlockSource
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
