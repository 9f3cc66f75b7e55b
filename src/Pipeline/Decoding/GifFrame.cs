using System.Buffers.Binary;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding;

/// <summary>
/// The first frame of a GIF (GIF89a specification), as far as Pillow and libvips make different pixels of it: Pillow's
/// <c>convert("RGB")</c> gives transparent pixels the colour that the palette has for them, and fills what the frame leaves of the
/// image with that colour too, or with the palette's first.
/// </summary>
/// <param name="Area">Where the frame lies in the image.</param>
/// <param name="KeyFlag">The offset of the byte whose lowest bit says that a colour means transparency; -1 where there is none.</param>
/// <param name="Fill">The offset of the colour outside the frame; -1 where there is no palette.</param>
internal readonly record struct GifFrame(CropBox Area, int KeyFlag, int Fill)
{
    private const int HeaderBytes = 13, ControlLabel = 0xf9;

    /// <summary>Whether it begins as a GIF does.</summary>
    public static bool IsGif(ReadOnlySpan<byte> bytes) => bytes.StartsWith("GIF8"u8);

    /// <summary>Finds the first frame.</summary>
    /// <returns>False where it is damaged before it.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out GifFrame frame)
    {
        frame = default;
        if (!IsGif(bytes) || bytes.Length < HeaderBytes)
        {
            return false;
        }

        int at = HeaderBytes, palette = Palette(bytes[10], ref at), flag = -1, key = 0;
        while (at + 10 <= bytes.Length)
        {
            if (bytes[at] == ',')
            {
                var area = new CropBox(Word(bytes, at + 1), Word(bytes, at + 3), Word(bytes, at + 5), Word(bytes, at + 7));
                int own = at + 10;
                int colours = Palette(bytes[at + 9], ref own);
                int fill = colours >= 0 ? colours : palette;
                fill = fill < 0 || fill + (3 * key) + 3 > bytes.Length ? -1 : fill + (3 * key);
                frame = new GifFrame(area, flag, fill);
                return true;
            }

            if (bytes[at] != '!')
            {
                return false;
            }

            if (bytes[at + 1] == ControlLabel && bytes[at + 2] >= 4)
            {
                (flag, key) = (bytes[at + 3] & 1) != 0 ? (at + 3, bytes[at + 6]) : (-1, 0);
            }

            for (at += 2; at < bytes.Length && bytes[at] != 0; at += 1 + bytes[at])
            {
            }

            at++;
        }

        return false;
    }

    private static int Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    /// <summary>A palette's offset, if the flags tell of one, and steps over it.</summary>
    private static int Palette(byte flags, ref int at)
    {
        if ((flags & 0x80) == 0)
        {
            return -1;
        }

        int first = at;
        at += 3 << ((flags & 7) + 1);
        return first;
    }
}
