using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>Every byte of packed RGB replaced by its channel's table.</summary>
internal static unsafe class ByteMap
{
    /// <summary>Values of a table.</summary>
    public const int Values = 256;

    /// <summary>Maps in place.</summary>
    /// <param name="level">How wide. With 512 bits a table is two permutes; with less it is sixteen shuffles, which pay only where
    /// all channels have the same table.</param>
    /// <param name="rgb">The pixels.</param>
    /// <param name="bytes">Their bytes, a multiple of three.</param>
    /// <param name="tables">Three tables, one after the other; the first alone counts where <paramref name="same"/>.</param>
    /// <param name="same">All channels have the same table.</param>
    public static void Run(VectorLevel level, byte* rgb, int bytes, byte* tables, bool same)
    {
        int done = 0;
        if (level == VectorLevel.Vector512)
        {
            done = same ? Same512(rgb, bytes, tables) : Each512(rgb, bytes, tables);
        }
        else if (level == VectorLevel.Vector256 && same)
        {
            done = Same256(rgb, bytes, tables);
        }
        else if (level == VectorLevel.Vector128 && same && Ssse3.IsSupported)
        {
            done = Same128(rgb, bytes, tables);
        }

        Scalar(rgb, done, bytes, tables, same ? 0 : Values);
    }

    private static void Scalar(byte* rgb, int from, int bytes, byte* tables, int next)
    {
        byte* green = tables + next, blue = green + next;
        // Vectors may end inside a pixel.
        for (; from < bytes && from % 3 != 0; from++)
        {
            rgb[from] = (tables + from % 3 * next)[rgb[from]];
        }

        for (; from < bytes; from += 3)
        {
            rgb[from] = tables[rgb[from]];
            rgb[from + 1] = green[rgb[from + 1]];
            rgb[from + 2] = blue[rgb[from + 2]];
        }
    }

    private static int Same512(byte* rgb, int bytes, byte* table)
    {
        Vector512<byte> t0 = Vector512.Load(table), t1 = Vector512.Load(table + 64), t2 = Vector512.Load(table + 128), t3 = Vector512.Load(table + 192);
        int i = 0;
        for (; i <= bytes - 64; i += 64)
        {
            Look(Vector512.Load(rgb + i), t0, t1, t2, t3).Store(rgb + i);
        }

        return i;
    }

    /// <summary>All three tables stay in registers; each vector is looked up in all of them, and its lanes take their channel's.</summary>
    private static int Each512(byte* rgb, int bytes, byte* tables)
    {
        Vector512<byte> r0 = Vector512.Load(tables), r1 = Vector512.Load(tables + 64), r2 = Vector512.Load(tables + 128), r3 = Vector512.Load(tables + 192);
        Vector512<byte> g0 = Vector512.Load(tables + 256), g1 = Vector512.Load(tables + 320), g2 = Vector512.Load(tables + 384), g3 = Vector512.Load(tables + 448);
        Vector512<byte> b0 = Vector512.Load(tables + 512), b1 = Vector512.Load(tables + 576), b2 = Vector512.Load(tables + 640), b3 = Vector512.Load(tables + 704);
        // 64 is 1 more than a multiple of three, so from vector to vector a lane's channel is the next one.
        Vector512<byte> mask0 = Lanes(0), mask1 = Lanes(1), mask2 = Lanes(2);
        int i = 0;
        for (; i <= bytes - 192; i += 192)
        {
            Vector512<byte> v = Vector512.Load(rgb + i);
            Vector512<byte> mapped = Avx512BW.BlendVariable(Look(v, r0, r1, r2, r3), Look(v, g0, g1, g2, g3), mask1);
            Avx512BW.BlendVariable(mapped, Look(v, b0, b1, b2, b3), mask2).Store(rgb + i);
            v = Vector512.Load(rgb + i + 64);
            mapped = Avx512BW.BlendVariable(Look(v, r0, r1, r2, r3), Look(v, g0, g1, g2, g3), mask0);
            Avx512BW.BlendVariable(mapped, Look(v, b0, b1, b2, b3), mask1).Store(rgb + i + 64);
            v = Vector512.Load(rgb + i + 128);
            mapped = Avx512BW.BlendVariable(Look(v, r0, r1, r2, r3), Look(v, g0, g1, g2, g3), mask2);
            Avx512BW.BlendVariable(mapped, Look(v, b0, b1, b2, b3), mask0).Store(rgb + i + 128);
        }

        return i;
    }

    /// <summary>All bits of every third lane.</summary>
    private static Vector512<byte> Lanes(int first)
    {
        Vector512<byte> mask = default;
        for (int lane = first; lane < 64; lane += 3)
        {
            mask = mask.WithElement(lane, byte.MaxValue);
        }

        return mask;
    }

    /// <summary>A permute of two vectors takes the lower seven bits of an index, the eighth chooses between the halves of the table.</summary>
    private static Vector512<byte> Look(Vector512<byte> index, Vector512<byte> t0, Vector512<byte> t1, Vector512<byte> t2, Vector512<byte> t3)
    {
        Vector512<byte> low = Avx512Vbmi.PermuteVar64x8x2(t0, index, t1), high = Avx512Vbmi.PermuteVar64x8x2(t2, index, t3);
        return Avx512BW.BlendVariable(low, high, index);
    }

    /// <summary>A shuffle looks up sixteen values, and gives zero where an index' top bit is set: of the sixteen shuffles just the one
    /// whose part of the table is meant sees an index below 128.</summary>
    private static int Same256(byte* rgb, int bytes, byte* table)
    {
        int i = 0;
        for (; i <= bytes - 64; i += 64)
        {
            Vector256<byte> a = Vector256.Load(rgb + i), b = Vector256.Load(rgb + i + 32);
            Vector256<byte> mappedA = default, mappedB = default, part = default;
            for (int at = 0; at < Values; at += 16)
            {
                Vector256<byte> values = Vector256.Create(Vector128.Load(table + at), Vector128.Load(table + at));
                mappedA |= Avx2.Shuffle(values, Avx2.AddSaturate(a ^ part, Vector256.Create((byte)0x70)));
                mappedB |= Avx2.Shuffle(values, Avx2.AddSaturate(b ^ part, Vector256.Create((byte)0x70)));
                part += Vector256.Create((byte)16);
            }

            mappedA.Store(rgb + i);
            mappedB.Store(rgb + i + 32);
        }

        return i;
    }

    private static int Same128(byte* rgb, int bytes, byte* table)
    {
        int i = 0;
        for (; i <= bytes - 32; i += 32)
        {
            Vector128<byte> a = Vector128.Load(rgb + i), b = Vector128.Load(rgb + i + 16);
            Vector128<byte> mappedA = default, mappedB = default, part = default;
            for (int at = 0; at < Values; at += 16)
            {
                Vector128<byte> values = Vector128.Load(table + at);
                mappedA |= Ssse3.Shuffle(values, Sse2.AddSaturate(a ^ part, Vector128.Create((byte)0x70)));
                mappedB |= Ssse3.Shuffle(values, Sse2.AddSaturate(b ^ part, Vector128.Create((byte)0x70)));
                part += Vector128.Create((byte)16);
            }

            mappedA.Store(rgb + i);
            mappedB.Store(rgb + i + 16);
        }

        return i;
    }
}
