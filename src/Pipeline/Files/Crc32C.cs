using System.Buffers.Binary;
using System.Numerics;

namespace StreamTrainer.Pipeline.Files;

/// <summary>
/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), by the processor's own instruction where it has one. Its result takes three
/// cycles and a new one can begin every cycle, so three stripes go side by side and are then put together: what a checksum
/// becomes when n zero bytes follow is linear in its bits, a table of 256 for each of its bytes.
/// </summary>
public static unsafe class Crc32C
{
    /// <summary>Bytes of a stripe: of most of the data, and of what is left.</summary>
    private const int Long = 4096, Short = 256;

    private static readonly uint[] s_afterLong = Table(Long), s_afterShort = Table(Short);

    /// <summary>The checksum of <paramref name="data"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of bytes in two pieces.</summary>
    /// <param name="crc">The checksum of the first.</param>
    /// <param name="data">The second.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        fixed (byte* start = data)
        {
            byte* at = start, end = start + data.Length;
            for (; end - at >= 3 * Long; at += 3 * Long)
            {
                crc = Stripes(crc, at, Long, s_afterLong);
            }

            for (; end - at >= 3 * Short; at += 3 * Short)
            {
                crc = Stripes(crc, at, Short, s_afterShort);
            }

            for (; end - at >= sizeof(ulong); at += sizeof(ulong))
            {
                crc = BitOperations.Crc32C(crc, Word(at));
            }

            for (; at < end; at++)
            {
                crc = BitOperations.Crc32C(crc, *at);
            }
        }

        return ~crc;
    }

    private static uint Stripes(uint crc, byte* data, int stripe, uint[] after)
    {
        uint second = 0, third = 0;
        for (byte* end = data + stripe; data < end; data += sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, Word(data));
            second = BitOperations.Crc32C(second, Word(data + stripe));
            third = BitOperations.Crc32C(third, Word(data + (2 * stripe)));
        }

        return Follow(after, Follow(after, crc) ^ second) ^ third;
    }

    private static ulong Word(byte* data)
    {
        ulong word = *(ulong*)data;
        return BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
    }

    /// <summary>The register after a stripe of zeros.</summary>
    private static uint Follow(uint[] after, uint crc) =>
        after[crc & 255] ^ after[256 + ((crc >> 8) & 255)] ^ after[512 + ((crc >> 16) & 255)] ^ after[768 + (crc >> 24)];

    private static uint[] Table(int zeros)
    {
        var table = new uint[4 * 256];
        for (int bit = 0; bit < 32; bit++)
        {
            uint crc = 1u << bit;
            for (int i = 0; i < zeros; i += sizeof(ulong))
            {
                crc = BitOperations.Crc32C(crc, 0UL);
            }

            int row = bit / 8 * 256, step = 1 << (bit % 8);
            for (int value = step; value < 256; value++)
            {
                table[row + value] ^= (value & step) != 0 ? crc : 0;
            }
        }

        return table;
    }
}
