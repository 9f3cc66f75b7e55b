using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// One of the places at which <see cref="SegmentReader"/> reads: a block of a segment that is taken from a queue. Of a block only DC
/// and what ends it are done here; its coefficients are the reader's.
/// </summary>
internal unsafe struct SegmentCursor
{
    /// <summary>Bytes behind a segment that a block's codes may be read from before damage is seen: 64 codes of 22 bits, and a
    /// window.</summary>
    public const int Slack = 192;

    /// <summary>The address of the next bit: of its byte, times eight, and how many bits of that come before. So a place is one
    /// register, of which the processor has few.</summary>
    public ulong Bit;

    /// <summary>AC codes of the block.</summary>
    public ulong* Ac;

    /// <summary>Where its coefficients go.</summary>
    public short* Block;

    /// <summary>At which zigzag position the block is, where the reader left it.</summary>
    public int Position;

    private int _at, _runs;
    private short _dc, _first;
    private byte* _extent, _end;
    private SegmentRun* _run;
    private short* _waste;
    private SegmentQueue* _queue;
    private byte _unwanted;

    /// <summary>The next bits, at least 57, the first at the top.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Window(ulong bit) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>((byte*)(bit >> 3))) << (int)(bit & 7);

    /// <summary>Goes to the first block.</summary>
    /// <param name="cursor">The cursor; it must not move in memory.</param>
    /// <param name="queue">Where segments come from.</param>
    /// <param name="waste">64 int16 for blocks that are not wanted.</param>
    /// <returns>As <see cref="Finish"/>.</returns>
    public static SegmentState Start(SegmentCursor* cursor, SegmentQueue* queue, short* waste)
    {
        cursor->_queue = queue;
        cursor->_waste = waste;
        return Begin(cursor) ? NextBlock(cursor) : SegmentState.Done;
    }

    /// <summary>Ends a block, and goes to the next.</summary>
    /// <param name="cursor">The cursor.</param>
    /// <param name="pair">The entry that is to be taken next, the block's last.</param>
    /// <param name="k">The zigzag position before it.</param>
    public static SegmentState Finish(SegmentCursor* cursor, ulong pair, int k)
    {
        int first = k + (int)((pair >> 24) & 63), last = k + (int)((pair >> 32) & 0xff), taken = (int)(pair & 0xff);
        if (first == 63)
        {
            // The block was full with the first; what looked like a second belongs to the next block.
            taken = (int)((pair >> 40) & 0xff);
        }
        else if (first > 63 || (last != 63 && last - first != 64))
        {
            return SegmentState.Damaged;
        }

        cursor->Bit += (uint)taken;
        *cursor->_extent = (byte)(last == 63 ? 63 : first);
        *cursor->Block = cursor->_dc;
        SegmentRun* run = cursor->_run;
        if (++cursor->_at < run->Blocks.Count)
        {
            return NextBlock(cursor);
        }

        cursor->_at = 0;
        cursor->_run = run + 1;
        if (--cursor->_runs > 0)
        {
            return NextBlock(cursor);
        }

        // Of a segment that is not damaged, less than a byte is left.
        return ((ulong)cursor->_end * 8) - cursor->Bit > 7 ? SegmentState.Damaged : Begin(cursor) ? NextBlock(cursor) : SegmentState.Done;
    }

    /// <summary>Takes a segment.</summary>
    private static bool Begin(SegmentCursor* cursor)
    {
        SegmentQueue* queue = cursor->_queue;
        SegmentRun* run = queue->Next;
        if (run == queue->End)
        {
            return false;
        }

        queue->Next = run + queue->Runs;
        cursor->_run = run;
        cursor->_runs = queue->Runs;
        cursor->_at = 0;
        cursor->Bit = (ulong)run->Data * 8;
        cursor->_end = run->End;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static SegmentState NextBlock(SegmentCursor* cursor)
    {
        SegmentRun* run = cursor->_run;
        int at = cursor->_at;
        uint* codes = run->Others;
        if (at == 0)
        {
            cursor->_dc = run->Blocks.Below ? cursor->_first : (short)0;
            codes = run->First;
            cursor->Ac = run->Ac;
        }

        int column = at - run->Blocks.From;
        bool wanted = column >= 0 && at < run->Blocks.End;
        short* block = wanted ? run->Blocks.To + (column * 64) : cursor->_waste;
        cursor->_extent = wanted ? run->Blocks.Extents + column : &cursor->_unwanted;
        cursor->Block = block;
        Vector256<short> zero = default;
        zero.Store(block);
        zero.Store(block + 16);
        zero.Store(block + 32);
        zero.Store(block + 48);
        // More was taken than there is.
        if (cursor->Bit > (ulong)cursor->_end * 8)
        {
            return SegmentState.Damaged;
        }

        ulong bits = Window(cursor->Bit);
        uint code = codes[bits >> (64 - HuffmanTable.DifferenceBits)];
        cursor->_dc += (short)EntropyBytes.Extend(bits << (int)(code >> 8), (int)(code >> 16));
        cursor->_first = at == 0 ? cursor->_dc : cursor->_first;
        cursor->Bit += code & 0xff;
        return code == 0 ? SegmentState.Damaged : SegmentState.Block;
    }
}
