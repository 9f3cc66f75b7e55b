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
    private const int FirstFrame = 0xc0, Codes = 0xc4, Reserved = 0xc8, Arithmetic = 0xcc, LastFrame = 0xcf;
    private const int FirstRestart = 0xd0, LastRestart = 0xd7, Start = 0xd8, End = 0xd9, Scan = 0xda, Interval = 0xdd, Temporary = 0x01;

    /// <summary>The reason against a file without an end.</summary>
    public const string Truncated = "truncated JPEG";

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
                        return whole ? JpegTail.Complaint(Find(next, end, restarts), end) : HasEnd(next, end) ? null : Truncated;
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
    public static byte* FindAny(byte* data, byte* end)
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
}
