using System.Buffers.Binary;
using System.Numerics;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>Collects the blocks of a group and puts its eight streams one behind the other; see <see cref="CoefficientGroup"/>.
/// Used again for the next group. One thread's.</summary>
internal sealed unsafe class CoefficientGroupWriter
{
    private readonly List<byte> _lengths = [], _dc = [], _masks = [], _escapes = [];
    private readonly List<bool> _signs = [], _large = [];
    private readonly List<byte> _nibbles = [];
    private readonly List<short> _wide = [];

    /// <summary>Adds a block of 64 coefficients in row-major order.</summary>
    /// <param name="block">The coefficients.</param>
    /// <param name="predicted">What the reader takes for its DC.</param>
    public void Add(short* block, short predicted)
    {
        short difference = (short)(block[0] - predicted);
        if (difference is >= -127 and <= 127)
        {
            _dc.Add((byte)difference);
        }
        else
        {
            _dc.Add(CoefficientGroup.WideDc);
            _wide.Add(difference);
        }

        ulong mask = 0;
        for (int k = 1; k < 64; k++)
        {
            short value = block[Zigzag.Places[k]];
            if (value == 0)
            {
                continue;
            }

            mask |= 1UL << (k - 1);
            int size = Math.Abs((int)value);
            _signs.Add(value < 0);
            _large.Add(size > 1);
            if (size > 1)
            {
                AddLarge(value, size);
            }
        }

        int length = (64 - BitOperations.LeadingZeroCount(mask) + 7) / 8;
        _lengths.Add((byte)length);
        for (int i = 0; i < length; i++)
        {
            _masks.Add((byte)(mask >> (8 * i)));
        }
    }

    /// <summary>Writes the group, and is empty again.</summary>
    /// <returns>Its bytes.</returns>
    public int Write(List<byte> to)
    {
        int before = to.Count;
        AddNibbles(_lengths, to);
        to.AddRange(_dc);
        to.AddRange(_masks);
        AddBits(_signs, to);
        AddBits(_large, to);
        AddNibbles(_nibbles, to);
        to.AddRange(_escapes);
        for (int i = _wide.Count - 1; i >= 0; i--)
        {
            to.Add((byte)_wide[i]);
            to.Add((byte)(_wide[i] >> 8));
        }

        _lengths.Clear();
        _dc.Clear();
        _masks.Clear();
        _signs.Clear();
        _large.Clear();
        _nibbles.Clear();
        _escapes.Clear();
        _wide.Clear();
        return to.Count - before;
    }

    private void AddLarge(short value, int size)
    {
        if (size < CoefficientGroup.FirstEscaped)
        {
            _nibbles.Add((byte)(size - 2));
            return;
        }

        _nibbles.Add(15);
        if (size < CoefficientGroup.FirstWide)
        {
            _escapes.Add((byte)(size - CoefficientGroup.FirstEscaped));
            return;
        }

        _escapes.Add(255);
        _wide.Add(value);
    }

    private static void AddNibbles(List<byte> nibbles, List<byte> to)
    {
        for (int i = 0; i < nibbles.Count; i += 2)
        {
            to.Add((byte)(nibbles[i] | (i + 1 < nibbles.Count ? nibbles[i + 1] << 4 : 0)));
        }
    }

    private static void AddBits(List<bool> bits, List<byte> to)
    {
        for (int i = 0; i < bits.Count; i += 8)
        {
            int value = 0;
            for (int j = 0; j < 8 && i + j < bits.Count; j++)
            {
                value |= bits[i + j] ? 1 << j : 0;
            }

            to.Add((byte)value);
        }
    }
}
