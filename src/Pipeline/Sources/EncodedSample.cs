using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// The bytes of one sample as the source has them, in unmanaged memory that is used again for the next one.
/// Owned by one thread at a time; whoever holds it may read and grow it.
/// </summary>
public sealed unsafe class EncodedSample : IDisposable
{
    /// <summary>Memory up to here is kept; more of it only while files need an eighth of it or more.</summary>
    private const nuint Kept = 1 << 20, Spare = 8;

    private byte* _data;
    private nuint _capacity;

    /// <summary>How many bytes are valid.</summary>
    public int Length { get; set; }

    /// <summary>What the bytes are; <see cref="PayloadKind.Encoded"/> unless the source says otherwise.</summary>
    public PayloadKind Kind { get; set; }

    /// <summary>Width in pixels; only for raw kinds.</summary>
    public int Width { get; set; }

    /// <summary>Height in pixels; only for raw kinds.</summary>
    public int Height { get; set; }

    /// <summary>The start of the bytes; valid until the next <see cref="Reserve"/>.</summary>
    public byte* Pointer => _data;

    /// <summary>The valid bytes.</summary>
    public ReadOnlySpan<byte> Bytes => new(_data, Length);

    /// <summary>Makes room for <paramref name="length"/> bytes, sets <see cref="Length"/> and gives them to be written.
    /// Sixteen more bytes than asked for may always be read.</summary>
    public Span<byte> Reserve(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        nuint needed = (nuint)length + 16;
        // Every buffer meets a huge file some day: without shrinking, hundreds of buffers would grow to the largest of all.
        if (needed > _capacity || (_capacity > Kept && _capacity / Spare > needed))
        {
            nuint capacity = needed > _capacity ? Math.Max(needed, _capacity * 2) : Math.Max(needed, Kept);
            _data = (byte*)NativeMemory.AlignedRealloc(_data, capacity, 64);
            _capacity = capacity;
        }

        Length = length;
        return new Span<byte>(_data, length);
    }

    /// <summary>Frees the memory; the sample can be used again after the next <see cref="Reserve"/>.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_data);
        _data = null;
        _capacity = 0;
        Length = 0;
    }
}
