using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Transforms.Operations.Kernels;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>
/// The image that operations work on, in place (the sample's own place in its batch), and the memory that they need besides. Changes
/// that are a table of 256 values are put together until something needs the pixels, then made at once. One worker's.
/// </summary>
/// <param name="level">How wide the vectors may be; the widest by default. The results are the same.</param>
internal sealed unsafe class PixelCanvas(VectorLevel? level = null) : IDisposable
{
    private const int TableBytes = 3 * ByteMap.Values;

    private readonly PixelMemory _scratch = new(), _tables = new();
    private bool _pending, _same;

    /// <summary>How wide the vectors are.</summary>
    public VectorLevel Level { get; } = VectorLevels.Usable(level);

    /// <summary>Pixels of a row.</summary>
    public int Width { get; private set; }

    /// <summary>Rows.</summary>
    public int Height { get; private set; }

    /// <summary>What geometric operations put where the image ends.</summary>
    public RgbColor Fill { get; private set; }

    /// <summary>How many pixels there are.</summary>
    public int Count => Width * Height;

    /// <summary>The pixels, packed RGB, and not a byte more; call <see cref="Flush"/> before.</summary>
    public byte* Pixels { get; private set; }

    /// <summary>Bytes of a row.</summary>
    public int RowBytes => 3 * Width;

    /// <summary>Begins with an image.</summary>
    /// <param name="pixels">Packed RGB, changed in place; no byte outside is read or written.</param>
    /// <param name="size">Its size.</param>
    /// <param name="fill">What geometric operations put where the image ends.</param>
    public void Begin(byte* pixels, ImageSize size, RgbColor fill)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(3L * size.Width * size.Height, int.MaxValue, nameof(size));
        Pixels = pixels;
        (Width, Height, Fill) = (size.Width, size.Height, fill);
        _pending = false;
    }

    /// <summary>A row of the image; call <see cref="Flush"/> before.</summary>
    public byte* Row(int y) => Pixels + (long)y * RowBytes;

    /// <summary>Memory for an operation, lost at the next call; 64 bytes behind it may be read and written.</summary>
    public byte* Scratch(long bytes) => _scratch.Reserve(bytes + 64);

    /// <summary>Replaces every value by a table's.</summary>
    /// <param name="table">256 values.</param>
    public void Map(ReadOnlySpan<byte> table)
    {
        byte* pending = Tables();
        int tables = _pending && !_same ? 3 : 1;
        for (int i = 0; i < tables * ByteMap.Values; i++)
        {
            pending[i] = table[_pending ? pending[i] : i];
        }

        _same = tables == 1;
        _pending = true;
    }

    /// <summary>Replaces every value by its channel's table's.</summary>
    /// <param name="tables">256 values for red, for green, for blue.</param>
    public void MapEach(ReadOnlySpan<byte> tables)
    {
        byte* pending = Tables();
        for (int channel = 2; channel >= 0; channel--)
        {
            byte* own = pending + channel * ByteMap.Values;
            for (int i = 0; i < ByteMap.Values; i++)
            {
                int value = !_pending ? i : _same ? pending[i] : own[i];
                own[i] = tables[channel * ByteMap.Values + value];
            }
        }

        _same = false;
        _pending = true;
    }

    /// <summary>Makes the changes that are still tables.</summary>
    public void Flush()
    {
        if (_pending)
        {
            ByteMap.Run(Level, Pixels, 3 * Count, Tables(), _same);
            _pending = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scratch.Dispose();
        _tables.Dispose();
    }

    private byte* Tables() => _tables.Reserve(TableBytes);
}
