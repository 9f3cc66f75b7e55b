using System.Runtime.InteropServices;
using StreamTrainer.Pipeline.Shards.Payloads;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// The bytes of one sample as the source has them: in unmanaged memory of its own that is used again for the next one, or
/// borrowed where they lie. Owned by one thread at a time; whoever holds it may read and grow it.
/// </summary>
public sealed unsafe class EncodedSample : IDisposable
{
    /// <summary>Bytes behind the last that may always be read.</summary>
    public const int Slack = 16;

    /// <summary>Memory up to here is kept; more of it only while files need an eighth of it or more.</summary>
    private const nuint Kept = 1 << 20, Spare = 8;

    private byte* _own, _data;
    private nuint _capacity;
    private SafeHandle? _lender;

    /// <summary>How many bytes are valid.</summary>
    public int Length { get; set; }

    /// <summary>What the bytes are; <see cref="PayloadKind.Encoded"/> unless the source says otherwise.</summary>
    public PayloadKind Kind { get; set; }

    /// <summary>Width in pixels; only for kinds that do not say it themselves.</summary>
    public int Width { get; set; }

    /// <summary>Height in pixels; only for kinds that do not say it themselves.</summary>
    public int Height { get; set; }

    /// <summary>EXIF's orientation, 1 to 8, where the source knows it; 0: what the bytes say.</summary>
    public int Orientation { get; set; }

    /// <summary>The codes that the payload is written in, which all samples of its pack share; only of
    /// <see cref="PayloadKind.Indexed"/>. They live as long as the source.</summary>
    internal IndexedTables? Tables { get; set; }

    /// <summary>The start of the bytes; valid until the next <see cref="Reserve"/> or <see cref="Borrow"/>.</summary>
    public byte* Pointer => _data;

    /// <summary>The valid bytes.</summary>
    public ReadOnlySpan<byte> Bytes => new(_data, Length);

    /// <summary>Makes room for <paramref name="length"/> bytes, sets <see cref="Length"/> and gives them to be written.
    /// <see cref="Slack"/> more bytes than asked for may always be read.</summary>
    public Span<byte> Reserve(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Return();
        nuint needed = (nuint)length + Slack;
        // Every buffer meets a huge file some day: without shrinking, hundreds of buffers would grow to the largest of all.
        if (needed > _capacity || (_capacity > Kept && _capacity / Spare > needed))
        {
            nuint capacity = needed > _capacity ? Math.Max(needed, _capacity * 2) : Math.Max(needed, Kept);
            _own = (byte*)NativeMemory.AlignedRealloc(_own, capacity, 64);
            _capacity = capacity;
        }

        _data = _own;
        Length = length;
        return new Span<byte>(_data, length);
    }

    /// <summary>Uses bytes where they lie, which nobody may write. <see cref="Slack"/> more bytes behind them must be readable.</summary>
    /// <param name="lender">What the bytes live in: it is not released before the next <see cref="Reserve"/>,
    /// <see cref="Borrow"/> or <see cref="Dispose"/>, even where its owner lets go of it.</param>
    /// <param name="data">The first byte.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="ObjectDisposedException">The lender was released already.</exception>
    public void Borrow(SafeHandle lender, byte* data, int length)
    {
        ArgumentNullException.ThrowIfNull(lender);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Return();
        bool lent = false;
        lender.DangerousAddRef(ref lent);
        _lender = lender;
        _data = data;
        Length = length;
    }

    /// <summary>Frees the memory, gives back what was borrowed; the sample can be used again after the next <see cref="Reserve"/>.</summary>
    public void Dispose()
    {
        Return();
        NativeMemory.AlignedFree(_own);
        _own = null;
        _capacity = 0;
    }

    private void Return()
    {
        _data = null;
        Length = 0;
        Orientation = 0;
        Tables = null;
        _lender?.DangerousRelease();
        _lender = null;
    }
}
