using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>Collects a payload's groups, and writes them behind their index; see <see cref="PayloadIndex"/>. Used again for the
/// next payload. One thread's.</summary>
internal sealed class PayloadIndexWriter
{
    private readonly List<int> _lengths = [], _rows = [];
    private int _begun;

    /// <summary>The groups so far; the next one's bytes are added here.</summary>
    public List<byte> Bytes { get; } = [];

    /// <summary>Forgets a payload.</summary>
    public void Clear()
    {
        Bytes.Clear();
        _lengths.Clear();
        _rows.Clear();
        _begun = 0;
    }

    /// <summary>What was added since the last call is a group.</summary>
    public void EndGroup()
    {
        _lengths.Add(Bytes.Count - _begun);
        _begun = Bytes.Count;
    }

    /// <summary>The last group was the last of its row of MCUs.</summary>
    public void EndRow() => _rows.Add(Bytes.Count);

    /// <summary>Writes the index and the groups.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        int most = 1;
        foreach (int length in _lengths)
        {
            most = Math.Max(most, length);
        }

        int bits = 32 - BitOperations.LeadingZeroCount((uint)most), bytes = checked((int)((((long)bits * _lengths.Count) + 7) / 8));
        int size = 1 + bytes + (4 * _rows.Count);
        Span<byte> index = output.GetSpan(size)[..size];
        index[0] = (byte)bits;
        ulong window = 0;
        int filled = 0, at = 1;
        foreach (int length in _lengths)
        {
            window |= (ulong)length << filled;
            for (filled += bits; filled >= 8; filled -= 8, window >>= 8)
            {
                index[at++] = (byte)window;
            }
        }

        if (filled > 0)
        {
            index[at++] = (byte)window;
        }

        foreach (int end in _rows)
        {
            BinaryPrimitives.WriteInt32LittleEndian(index[at..], end);
            at += 4;
        }

        output.Advance(size);
        output.Write(CollectionsMarshal.AsSpan(Bytes));
    }
}
