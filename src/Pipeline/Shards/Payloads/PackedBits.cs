using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>Bits that fill bytes from the least significant. Used again after <see cref="MoveTo"/>. One thread's.</summary>
internal sealed class PackedBits
{
    private readonly List<byte> _bytes = [];
    private ulong _bits;
    private int _count;

    /// <summary>Adds bits.</summary>
    /// <param name="bits">They are the lowest; those above are zero.</param>
    /// <param name="count">How many, 0 to 64.</param>
    public void Add(ulong bits, int count)
    {
        _bits |= bits << _count;
        if (_count + count < 64)
        {
            _count += count;
            return;
        }

        int at = _bytes.Count;
        CollectionsMarshal.SetCount(_bytes, at + sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(CollectionsMarshal.AsSpan(_bytes)[at..], _bits);
        _bits = _count == 0 ? 0 : bits >> (64 - _count);
        _count = _count + count - 64;
    }

    /// <summary>Appends the bytes to others, the last one filled up with zeros, and is empty again.</summary>
    public void MoveTo(List<byte> target)
    {
        target.AddRange(CollectionsMarshal.AsSpan(_bytes));
        for (; _count > 0; _count -= 8, _bits >>= 8)
        {
            target.Add((byte)_bits);
        }

        _bytes.Clear();
        _bits = 0;
        _count = 0;
    }
}
