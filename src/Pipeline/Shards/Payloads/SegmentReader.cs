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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Both(SegmentCursor* a, SegmentCursor* b, ref SegmentState stateA, ref SegmentState stateB)
    {
        byte* places = Zigzag.TableOntoDc;
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
            blockA[places[lastA]] = (short)EntropyBytes.Extend(bitsA << (int)(pairA >> 8), (int)((pairA >> 16) & 0xff));
            blockB[places[kB + (int)((pairB >> 24) & 0xff)]] = (short)(pairB >> 48);
            int lastB = kB + (int)((pairB >> 32) & 0xff);
            blockB[places[lastB]] = (short)EntropyBytes.Extend(bitsB << (int)(pairB >> 8), (int)((pairB >> 16) & 0xff));

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
        byte* places = Zigzag.TableOntoDc;
        int k = cursor->Position;
        ulong bit = cursor->Bit;
        while (state == SegmentState.Block)
        {
            ulong bits = SegmentCursor.Window(bit);
            ulong pair = cursor->Ac[bits >> (64 - HuffmanTable.PairBits)];
            short* block = cursor->Block;
            block[places[k + (int)((pair >> 24) & 0xff)]] = (short)(pair >> 48);
            int last = k + (int)((pair >> 32) & 0xff);
            block[places[last]] = (short)EntropyBytes.Extend(bits << (int)(pair >> 8), (int)((pair >> 16) & 0xff));
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
