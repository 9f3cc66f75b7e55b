using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// Decodes segments, two at once in one loop: a code's length must be known before the next can be looked up, and while the
/// processor waits for the one segment it works on the other.
/// </summary>
internal static unsafe class SegmentReader
{
    /// <summary>For each zigzag position the place in row-major order; behind the 64 as many zeros as a pair of codes can go too
    /// far. What it decodes there falls on DC, which is written last. [192]</summary>
    private static ReadOnlySpan<byte> Order =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>Reads all segments of a queue.</summary>
    /// <param name="queue">The queue; <see cref="SegmentCursor.Slack"/> bytes behind each segment may be read.</param>
    /// <param name="waste">128 int16 for blocks that are not wanted.</param>
    /// <returns>False where the data is damaged.</returns>
    public static bool Read(SegmentQueue* queue, short* waste)
    {
        SegmentCursor a = default, b = default;
        SegmentState stateA = SegmentCursor.Start(&a, queue, waste), stateB = SegmentCursor.Start(&b, queue, waste + 64);
        if (stateA == SegmentState.Block && stateB == SegmentState.Block)
        {
            Both(&a, &b, ref stateA, ref stateB);
        }

        // Where there is no more segment for the one, the other still has a part of the last.
        return One(&a, stateA) && One(&b, stateB);
    }

    /// <summary>The value of a category's bits (ITU-T T.81, F.2.2.1, EXTEND).</summary>
    /// <param name="window">Bits; the value's are at the top.</param>
    /// <param name="category">How many, 0 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Extend(ulong window, int category)
    {
        // The first bit tells the sign. Turned over and put before the others it makes them a number of two's complement, which
        // for negative ones is one too small.
        long value = (((long)window >> 1) ^ long.MinValue) >> (63 - category);
        return (int)(value + (long)((ulong)value >> 63));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Both(SegmentCursor* a, SegmentCursor* b, ref SegmentState stateA, ref SegmentState stateB)
    {
        byte* places = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Order));
        ulong bitA = a->Bit, bitB = b->Bit;
        int kA = 0, kB = 0;
        short* blockA = a->Block, blockB = b->Block;
        ulong* acA = a->Ac, acB = b->Ac;
        while (true)
        {
            ulong bitsA = SegmentCursor.Window(bitA), bitsB = SegmentCursor.Window(bitB);
            ulong pairA = acA[bitsA >> (64 - HuffmanTable.PairBits)], pairB = acB[bitsB >> (64 - HuffmanTable.PairBits)];

            blockA[places[kA + (int)((pairA >> 24) & 0xff)]] = (short)(pairA >> 48);
            int lastA = kA + (int)((pairA >> 32) & 0xff);
            blockA[places[lastA]] = (short)Extend(bitsA << (int)(pairA >> 8), (int)((pairA >> 16) & 0xff));
            blockB[places[kB + (int)((pairB >> 24) & 0xff)]] = (short)(pairB >> 48);
            int lastB = kB + (int)((pairB >> 32) & 0xff);
            blockB[places[lastB]] = (short)Extend(bitsB << (int)(pairB >> 8), (int)((pairB >> 16) & 0xff));

            if (lastA < 63)
            {
                bitA += pairA & 0xff;
                kA = lastA;
            }
            else
            {
                a->Bit = bitA;
                stateA = SegmentCursor.Finish(a, pairA, kA);
                if (stateA != SegmentState.Block)
                {
                    // The other's pair was not taken yet: it is looked up again.
                    break;
                }

                bitA = a->Bit;
                blockA = a->Block;
                acA = a->Ac;
                kA = 0;
            }

            if (lastB < 63)
            {
                bitB += pairB & 0xff;
                kB = lastB;
            }
            else
            {
                b->Bit = bitB;
                stateB = SegmentCursor.Finish(b, pairB, kB);
                if (stateB != SegmentState.Block)
                {
                    break;
                }

                bitB = b->Bit;
                blockB = b->Block;
                acB = b->Ac;
                kB = 0;
            }
        }

        if (stateA == SegmentState.Block)
        {
            a->Bit = bitA;
            a->Position = kA;
        }

        if (stateB == SegmentState.Block)
        {
            b->Bit = bitB;
            b->Position = kB;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool One(SegmentCursor* cursor, SegmentState state)
    {
        byte* places = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Order));
        int k = cursor->Position;
        ulong bit = cursor->Bit;
        while (state == SegmentState.Block)
        {
            ulong bits = SegmentCursor.Window(bit);
            ulong pair = cursor->Ac[bits >> (64 - HuffmanTable.PairBits)];
            short* block = cursor->Block;
            block[places[k + (int)((pair >> 24) & 0xff)]] = (short)(pair >> 48);
            int last = k + (int)((pair >> 32) & 0xff);
            block[places[last]] = (short)Extend(bits << (int)(pair >> 8), (int)((pair >> 16) & 0xff));
            if (last < 63)
            {
                bit += pair & 0xff;
                k = last;
            }
            else
            {
                cursor->Bit = bit;
                state = SegmentCursor.Finish(cursor, pair, k);
                bit = cursor->Bit;
                k = 0;
            }
        }

        return state == SegmentState.Done;
    }
}
