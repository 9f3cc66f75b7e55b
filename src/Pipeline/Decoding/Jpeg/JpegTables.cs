namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// What the segments before a scan define (ITU-T T.81, B.2.4): tables, the restart interval and what tells the colours. It points
/// into the file's bytes and allocates nothing. One thread's.
/// </summary>
internal sealed unsafe class JpegTables
{
    private const int Slots = 4;

    private readonly byte*[] _steps = new byte*[Slots], _codes = new byte*[2 * Slots];
    private readonly int[] _stepBytes = new int[Slots], _codeBytes = new int[2 * Slots];

    /// <summary>MCUs between restart markers; 0 where there are none.</summary>
    public int RestartInterval { get; private set; }

    /// <summary>Whether a JFIF segment came.</summary>
    public bool HasJfif { get; private set; }

    /// <summary>Adobe's colour transform; -1 where no such segment came.</summary>
    public int AdobeTransform { get; private set; }

    /// <summary>EXIF's orientation, 1 to 8; 1 where there is none.</summary>
    public int Orientation { get; private set; }

    /// <summary>Forgets an image.</summary>
    public void Clear()
    {
        Array.Clear(_steps);
        Array.Clear(_codes);
        RestartInterval = 0;
        HasJfif = false;
        AdobeTransform = -1;
        Orientation = 0;
    }

    /// <summary>The next marker, with the fill bytes before it.</summary>
    /// <returns>Its code; 0 where something else comes, or nothing.</returns>
    public static int Marker(ref byte* next, byte* end)
    {
        if (end - next < 2 || *next != 0xff)
        {
            return 0;
        }

        while (next < end && *next == 0xff)
        {
            next++;
        }

        return next < end ? *next++ : 0;
    }

    /// <summary>The content of a segment: what is behind its length.</summary>
    /// <returns>False where the file ends before.</returns>
    public static bool Segment(ref byte* next, byte* end, out byte* content, out int length)
    {
        content = next + 2;
        length = end - next < 2 ? -1 : Word(next) - 2;
        if (length < 0 || end - content < length)
        {
            return false;
        }

        next = content + length;
        return true;
    }

    /// <summary>Two bytes of a file.</summary>
    public static int Word(byte* bytes) => (bytes[0] << 8) | bytes[1];

    /// <summary>Takes a segment that may come before a scan.</summary>
    /// <returns>False where it is damaged, or is none of those.</returns>
    public bool Take(int marker, byte* content, int length)
    {
        switch (marker)
        {
            case 0xdb:
                return TakeSteps(content, content + length);
            case 0xc4:
                return TakeCodes(content, content + length);
            case 0xdd:
                RestartInterval = length == 2 ? Word(content) : 0;
                return length == 2;
            case 0xe0:
                HasJfif |= length >= 14 && new ReadOnlySpan<byte>(content, 5).SequenceEqual("JFIF\0"u8);
                return true;
            case 0xe1:
                if (Orientation == 0)
                {
                    Orientation = ExifOrientation.Read(new ReadOnlySpan<byte>(content, length));
                }

                return true;
            case 0xee:
                if (length >= 12 && new ReadOnlySpan<byte>(content, 5).SequenceEqual("Adobe"u8))
                {
                    AdobeTransform = content[11];
                }

                return true;
            default:
                // Other applications' segments and comments.
                return marker is >= 0xe0 and <= 0xef or 0xfe;
        }
    }

    /// <summary>A quantisation table as it stands in the file: 64 steps in zigzag order of one byte or two; empty where it is missing.</summary>
    public ReadOnlySpan<byte> Steps(int slot) => slot < Slots && _steps[slot] != null ? new(_steps[slot], _stepBytes[slot]) : default;

    /// <summary>A Huffman code as it stands in the file: 16 counts, then the symbols; empty where it is missing.</summary>
    public ReadOnlySpan<byte> Codes(bool dc, int slot)
    {
        int index = (dc ? 0 : Slots) + slot;
        return slot < Slots && _codes[index] != null ? new(_codes[index], _codeBytes[index]) : default;
    }

    private bool TakeSteps(byte* next, byte* end)
    {
        while (next < end)
        {
            int slot = *next & 15, bytes = *next >> 4 == 0 ? 64 : 128;
            next++;
            if (slot >= Slots || next[-1] >> 4 > 1 || end - next < bytes)
            {
                return false;
            }

            _steps[slot] = next;
            _stepBytes[slot] = bytes;
            next += bytes;
        }

        return true;
    }

    private bool TakeCodes(byte* next, byte* end)
    {
        while (next < end)
        {
            if (end - next < 17)
            {
                return false;
            }

            int kind = *next >> 4, slot = *next & 15, symbols = 0;
            next++;
            for (int i = 0; i < 16; i++)
            {
                symbols += next[i];
            }

            if (kind > 1 || slot >= Slots || symbols > 256 || end - next < 16 + symbols)
            {
                return false;
            }

            int index = (kind * Slots) + slot;
            _codes[index] = next;
            _codeBytes[index] = 16 + symbols;
            next += 16 + symbols;
        }

        return true;
    }
}
