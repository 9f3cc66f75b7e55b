using System.Buffers.Binary;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>The shortest EXIF segment that tells an orientation (CIPA DC-008: tag 0x0112, one SHORT), for JPEGs that are written
/// without any other.</summary>
internal static class OrientationSegment
{
    /// <summary>A JPEG with the segment behind its start, and behind the JFIF segment, which has to be the first.</summary>
    /// <param name="jpeg">One without EXIF.</param>
    /// <param name="orientation">1 to 8; with 1 and what is none the JPEG stays as it is.</param>
    public static byte[] Insert(byte[] jpeg, int orientation)
    {
        if (orientation is < 2 or > 8)
        {
            return jpeg;
        }

        int place = jpeg is [_, _, 0xff, 0xe0, _, _, ..] ? 4 + BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(4)) : 2;
        return [.. jpeg.AsSpan(0, place), .. Segment(orientation), .. jpeg.AsSpan(place)];
    }

    private static byte[] Segment(int orientation) =>
    [
        0xff, 0xe1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8,
        0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0,
    ];
}
