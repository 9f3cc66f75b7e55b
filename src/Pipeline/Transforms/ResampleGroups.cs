using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// Five output pixels side by side need source pixels that lie close together: 64 bytes hold them, and one permutation puts the
/// first four taps of all fifteen values in place. The next four taps lie twelve bytes further, in the same order.
/// </summary>
internal sealed unsafe class ResampleGroups : IDisposable
{
    /// <summary>Output pixels of a group.</summary>
    public const int Pixels = 5;

    private const int Bytes = 64;

    private readonly ResampleMemory<byte> _orders = new();
    private readonly ResampleMemory<int> _starts = new();
    private byte* _order;
    private int* _start;

    /// <summary>Which of the eight pixels from a group's first on each of 16 values belongs to.</summary>
    public static Vector512<int> Spread => Vector512.Create(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4);

    /// <summary>Groups.</summary>
    public int Count { get; private set; }

    /// <summary>The source column that a group's bytes begin with.</summary>
    public int Start(int group) => _start[group];

    /// <summary>The order of a group's bytes: of each value taps 0, 2, 1 and 3.</summary>
    public Vector512<byte> Order(int group) => Vector512.Load(_order + (long)group * Bytes);

    /// <summary>Makes the groups of a table; false where the source pixels of one lie too far apart.</summary>
    public bool Build(ResampleTable table)
    {
        Count = (table.Count + Pixels - 1) / Pixels;
        _start = _starts.Reserve(Count);
        _order = _orders.Reserve((long)Count * Bytes);
        Vector512<int> channel = Vector512.Create(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0), spread = Spread;
        Vector128<byte> first = Vector128.Create((byte)0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12);
        Vector512<byte> whole = Vector512.Create(Vector256.Create(first, first), Vector256.Create(first, first));
        Vector512<byte> taps = Vector512.Create(0x09030600).AsByte();
        for (int group = 0; group < Count; group++)
        {
            int* starts = table.Starts + Pixels * group;
            int one = starts[0], other = starts[Math.Min(Pixels, table.Count - (Pixels * group)) - 1];
            int start = Math.Min(one, other);
            if (3 * (Math.Max(one, other) - start) + 2 + 9 >= Bytes)
            {
                return false;
            }

            _start[group] = start;
            Vector256<int> distance = Vector256.Load(starts) - Vector256.Create(start);
            Vector512<int> value = Avx512F.PermuteVar16x32((distance + distance + distance).ToVector512Unsafe(), spread) + channel;
            (Avx512BW.Shuffle(value.AsByte(), whole) + taps).Store(_order + (long)group * Bytes);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _orders.Dispose();
        _starts.Dispose();
    }
}
