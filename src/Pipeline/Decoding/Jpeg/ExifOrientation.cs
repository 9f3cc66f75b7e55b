using System.Buffers.Binary;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>Reads one tag of EXIF (CIPA DC-008): how a camera was held.</summary>
internal static class ExifOrientation
{
    private const int Tag = 0x0112, Short = 3, EntryBytes = 12;

    /// <summary>The orientation that an APP1 segment names.</summary>
    /// <param name="segment">Its content.</param>
    /// <returns>1 to 8; 1 where an EXIF segment names none that can be understood, 0 where it is another kind of segment.</returns>
    public static int Read(ReadOnlySpan<byte> segment)
    {
        if (!segment.StartsWith("Exif\0"u8) || segment.Length < 14)
        {
            return 0;
        }

        ReadOnlySpan<byte> tiff = segment[6..];
        bool little = tiff.StartsWith("II"u8);
        if ((!little && !tiff.StartsWith("MM"u8)) || Word(tiff, 2, little) != 42)
        {
            return 1;
        }

        uint directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
        {
            return 1;
        }

        int entries = Word(tiff, (int)directory, little), at = (int)directory + 2;
        for (; entries > 0 && at <= tiff.Length - EntryBytes; entries--, at += EntryBytes)
        {
            if (Word(tiff, at, little) == Tag)
            {
                int value = Word(tiff, at + 2, little) == Short ? Word(tiff, at + 8, little) : 1;
                return value is >= 1 and <= 8 ? value : 1;
            }
        }

        return 1;
    }

    private static int Word(ReadOnlySpan<byte> bytes, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
}
