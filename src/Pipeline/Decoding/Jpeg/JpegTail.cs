namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>The markers behind the only scan of a JPEG, as libjpeg reads them when all pixels are decoded. Reads no byte outside the file.</summary>
internal static unsafe class JpegTail
{
    private const int FirstFrame = 0xc0, Codes = 0xc4, FirstArithmeticFrame = 0xc9, Arithmetic = 0xcc, FirstRestart = 0xd0, LastRestart = 0xd7;
    private const int End = 0xd9, Scan = 0xda, Steps = 0xdb, Lines = 0xdc, Interval = 0xdd, FirstApplication = 0xe0, LastApplication = 0xef;
    private const int Comment = 0xfe, Temporary = 0x01, Slots = 4;

    /// <summary>Follows the markers behind a scan to the end, as libjpeg does (jdmarker.c). Where the file ends in between, all pixels were
    /// there, and Pillow is content.</summary>
    /// <param name="marker">The first one; null where there is none.</param>
    /// <param name="end">Behind the file's last byte.</param>
    /// <returns>The reason against the file; none where it is sound.</returns>
    public static string? Complaint(byte* marker, byte* end)
    {
        if (marker == null)
        {
            return JpegEnd.Truncated;
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
                case (>= FirstFrame and <= FirstFrame + 2 or FirstArithmeticFrame or FirstArithmeticFrame + 1) when end - marker < 10:
                    // libjpeg asks for the frame's size before it says that there is one already.
                    return null;
                default:
                    return "damaged JPEG: a marker behind its pixels has no business there";
            }

            marker = JpegEnd.FindAny(next, end);
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
