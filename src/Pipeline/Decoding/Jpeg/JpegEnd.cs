using System.Numerics;
using System.Runtime.Intrinsics;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// What comes behind the only scan of a JPEG, wherever a crop lies. Pillow reads on to the end-of-image marker and refuses a file in
/// which libjpeg meets there what it takes for a fatal error, although all pixels are decoded; without that marker the file is
/// truncated. Reads no byte outside the file.
/// </summary>
internal static unsafe class JpegEnd
{
    private const int FirstFrame = 0xc0, Codes = 0xc4, Reserved = 0xc8, Arithmetic = 0xcc, LastFrame = 0xcf, FirstRestart = 0xd0, LastRestart = 0xd7;
    private const int Start = 0xd8, End = 0xd9, Scan = 0xda, Steps = 0xdb, Lines = 0xdc, Interval = 0xdd, FirstApplication = 0xe0, LastApplication = 0xef;
    private const int Comment = 0xfe, Temporary = 0x01, Slots = 4;
    private const string Truncated = "truncated JPEG";

    /// <summary>The first marker behind entropy-coded data that is none of restarting, at its last FF.</summary>
    /// <param name="data">The data's first byte.</param>
    /// <param name="end">Behind the file's last byte.</param>
    /// <param name="restarts">Whether there are restart markers: libjpeg then leaps over reserved markers too.</param>
    /// <returns>Null where there is none.</returns>
    public static byte* Find(byte* data, byte* end, bool restarts)
    {
        while (true)
        {
            data = FindAny(data, end);
            if (data == null || !(data[1] is >= FirstRestart and <= LastRestart || (restarts && data[1] < FirstFrame)))
            {
                return data;
            }

            data += 2;
        }
    }

    /// <summary>Whether a file has an end, and nothing behind its only scan for which Pillow refuses it. Files of several scans are read
    /// to their end by any decoder, which then finds out itself.</summary>
    /// <returns>The reason against it; none where it is sound.</returns>
    public static string? Complaint(ReadOnlySpan<byte> file)
    {
        fixed (byte* first = file)
        {
            byte* end = first + file.Length, next = first + 2;
            int components = 0;
            bool restarts = false, several = false;
            while (true)
            {
                byte* marker = FindAny(next, end);
                if (marker == null || marker[1] is End || end - marker < 4)
                {
                    // No scan: whoever decodes it will say so.
                    return null;
                }

                byte* content = marker + 4;
                int length = JpegTables.Word(marker + 2) - 2;
                if (marker[1] is Temporary or Start or (>= FirstRestart and <= LastRestart))
                {
                    next = marker + 2;
                    continue;
                }

                if (length < 0 || end - content < length)
                {
                    return null;
                }

                next = content + length;
                switch (marker[1])
                {
                    case Scan:
                        bool whole = !several && length > 0 && content[0] == components;
                        return whole ? Judge(Find(next, end, restarts), end) : HasEnd(next, end) ? null : Truncated;
                    case Interval:
                        restarts = length == 2 && JpegTables.Word(content) > 0;
                        break;
                    case >= FirstFrame and <= LastFrame and not (Codes or Arithmetic or Reserved):
                        components = length > 5 ? content[5] : 0;
                        several = (marker[1] & 3) == 2;
                        break;
                }
            }
        }
    }

    /// <summary>The next FF with a byte behind it that is neither 0 nor FF.</summary>
    private static byte* FindAny(byte* data, byte* end)
    {
        for (; end - data > Vector256<byte>.Count; data += Vector256<byte>.Count)
        {
            Vector256<byte> marks = Vector256.Equals(Vector256.Load(data), Vector256<byte>.AllBitsSet), codes = Vector256.Load(data + 1);
            Vector256<byte> found = marks & ~(Vector256.Equals(codes, Vector256<byte>.Zero) | Vector256.Equals(codes, Vector256<byte>.AllBitsSet));
            if (found != Vector256<byte>.Zero)
            {
                return data + BitOperations.TrailingZeroCount(found.ExtractMostSignificantBits());
            }
        }

        for (; end - data > 1; data++)
        {
            if (*data == 0xff && data[1] is not (0 or 0xff))
            {
                return data;
            }
        }

        return null;
    }

    private static bool HasEnd(byte* data, byte* end)
    {
        do
        {
            data = FindAny(data, end);
        }
        while (data != null && *(data++ + 1) != End);
        return data != null;
    }

    /// <summary>Follows the markers behind a scan to the end, as libjpeg does (jdmarker.c). Where the file ends in between, all pixels were
    /// there, and Pillow is content.</summary>
    private static string? Judge(byte* marker, byte* end)
    {
        if (marker == null)
        {
            return Truncated;
        }

        while (marker != null)
        {
            int code = marker[1];
            byte* content = marker + 4;
            byte* next = marker + 2;
            switch (code)
            {
                case End:
                    return null;
                case Temporary or (>= FirstRestart and <= LastRestart):
                    break;
                case Codes or Arithmetic or Scan or Steps or Lines or Interval or Comment or (>= FirstApplication and <= LastApplication):
                    if (end - marker < 4)
                    {
                        return null;
                    }

                    int length = JpegTables.Word(marker + 2) - 2;
                    if (!IsSound(code, content, length, end))
                    {
                        return "damaged JPEG: a segment behind its pixels is broken";
                    }

                    if (end - content < length)
                    {
                        return null;
                    }

                    next = content + Math.Max(length, 0);
                    break;
                default:
                    return "damaged JPEG: a marker behind its pixels has no business there";
            }

            marker = FindAny(next, end);
        }

        return null;
    }

    private static bool IsSound(int code, byte* content, int length, byte* end) => code switch
    {
        // A second scan of all components, or one that is broken; unless the file ends in it.
        Scan => end - content < 1 || (length == (2 * content[0]) + 4 && end - content < length),
        Interval => length == 2,
        Codes => AreCodes(content, length, end),
        Steps => AreSteps(content, length, end),
        Arithmetic => AreConditions(content, length, end),
        _ => true,
    };

    private static bool AreCodes(byte* content, int length, byte* end)
    {
        while (length > 16)
        {
            if (end - content < 17)
            {
                return true;
            }

            int slot = content[0], symbols = 0;
            for (int i = 1; i <= 16; i++)
            {
                symbols += content[i];
            }

            length -= 17;
            if (symbols > 256 || symbols > length)
            {
                return false;
            }

            if (end - content < 17 + symbols)
            {
                return true;
            }

            if ((slot & ~0x10) >= Slots)
            {
                return false;
            }

            length -= symbols;
            content += 17 + symbols;
        }

        return length == 0;
    }

    private static bool AreSteps(byte* content, int length, byte* end)
    {
        while (length > 0)
        {
            if (end - content < 1)
            {
                return true;
            }

            if ((content[0] & 15) >= Slots)
            {
                return false;
            }

            int bytes = 1 + (content[0] >> 4 == 0 ? 64 : 128);
            if (end - content < bytes)
            {
                return true;
            }

            content += bytes;
            length -= bytes;
        }

        return length == 0;
    }

    private static bool AreConditions(byte* content, int length, byte* end)
    {
        for (; length > 0; content += 2, length -= 2)
        {
            if (end - content < 2)
            {
                return true;
            }

            if (content[0] >= 32 || (content[0] < 16 && (content[1] & 15) > content[1] >> 4))
            {
                return false;
            }
        }

        return length == 0;
    }
}
