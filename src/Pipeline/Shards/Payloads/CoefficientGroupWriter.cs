using System.Numerics;
using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>Collects the blocks of a group and puts its eight streams one behind the other; see <see cref="CoefficientGroup"/>.
/// Used again for the next group. One thread's.</summary>
internal sealed unsafe class CoefficientGroupWriter
{
    private readonly PackedBits _lengths = new(), _masks = new(), _signs = new(), _large = new(), _nibbles = new();
    private readonly List<byte> _dc = [], _escapes = [];
    private readonly List<short> _wide = [];

    /// <summary>Adds a block of 64 coefficients in row-major order.</summary>
    /// <param name="block">The coefficients.</param>
    /// <param name="predicted">What the reader takes for its DC.</param>
    public void Add(short* block, short predicted)
    {
        var difference = (short)(block[0] - predicted);
        bool isWide = difference is < -127 or > 127;
        _dc.Add(isWide ? CoefficientGroup.WideDc : (byte)difference);
        if (isWide)
        {
            _wide.Add(difference);
        }

        var ordered = new ZigzagBlock(block);
        ulong mask = ordered.Mask >> 1, signs = 0, large = 0;
        int length = (64 - BitOperations.LeadingZeroCount(mask) + 7) / 8, count = 0;
        _lengths.Add((ulong)length, 4);
        _masks.Add(mask, 8 * length);
        for (ulong rest = ordered.Mask; rest != 0; count++)
        {
            short value = ordered[ZigzagBlock.Take(ref rest)];
            int size = Math.Abs((int)value);
            signs |= value < 0 ? 1UL << count : 0;
            if (size > 1)
            {
                large |= 1UL << count;
                AddLarge(value, size);
            }
        }

        _signs.Add(signs, count);
        _large.Add(large, count);
    }

    /// <summary>Appends the group, and is empty again.</summary>
    public void MoveTo(List<byte> target)
    {
        _lengths.MoveTo(target);
        target.AddRange(CollectionsMarshal.AsSpan(_dc));
        _masks.MoveTo(target);
        _signs.MoveTo(target);
        _large.MoveTo(target);
        _nibbles.MoveTo(target);
        target.AddRange(CollectionsMarshal.AsSpan(_escapes));
        for (int i = _wide.Count - 1; i >= 0; i--)
        {
            target.Add((byte)_wide[i]);
            target.Add((byte)(_wide[i] >> 8));
        }

        _dc.Clear();
        _escapes.Clear();
        _wide.Clear();
    }

    private void AddLarge(short value, int size)
    {
        if (size < CoefficientGroup.FirstEscaped)
        {
            _nibbles.Add((ulong)(size - 2), 4);
            return;
        }

        _nibbles.Add(15, 4);
        if (size < CoefficientGroup.FirstWide)
        {
            _escapes.Add((byte)(size - CoefficientGroup.FirstEscaped));
            return;
        }

        _escapes.Add(byte.MaxValue);
        _wide.Add(value);
    }
}
