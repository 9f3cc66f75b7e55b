using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// A Huffman code of a JPEG (ITU-T T.81, annex C) as tables that decode it: of DC differences, or of AC coefficients, two at
/// once. Windows are 64 bits of the data with the next bit at the top. Unmanaged, used again for other codes. One thread's.
/// </summary>
internal sealed unsafe class HuffmanTable : IDisposable
{
    /// <summary>Bits that index <see cref="Pairs"/>, <see cref="Differences"/> and <see cref="Runs"/>.</summary>
    public const int PairBits = 12, DifferenceBits = 10, RunBits = 12;

    /// <summary>Largest category of a difference and of a coefficient of 8-bit samples (T.81, tables F.1 and F.2).</summary>
    public const int MostDifferenceBits = 11, MostCoefficientBits = 10;

    private const int CodeBits = 9;

    private byte* _memory;
    private bool _runs;
    private readonly int[] _last = new int[17], _offset = new int[17];
    private readonly byte[] _counts = new byte[16], _symbols = new byte[256];
    private int _count;

    /// <summary>For <see cref="DifferenceBits"/> bits of a DC code: bits in all, with the difference's own | bits of the code
    /// &lt;&lt; 8 | category &lt;&lt; 16; 0 where the code is longer, or none.</summary>
    public uint* Differences => (uint*)_memory;

    /// <summary>
    /// For <see cref="PairBits"/> bits of AC codes one coefficient that is known by them, if two fit, and another one whose value
    /// may reach beyond, as eight bytes: bits in all; bits before the value of the last; its category, 0 for an end of block and
    /// for a run of 16; how far the first lies from the coefficient before, 64 where there is no first; how far the last lies,
    /// 64 more for an end of block, 128 where the code is longer than the index, or none; bits of the first; its value (int16).
    /// </summary>
    public ulong* Pairs => (ulong*)_memory;

    /// <summary>For <see cref="RunBits"/> bits of AC codes, as many of them as begin there: bits in all | how far the last
    /// coefficient lies from the one before the first &lt;&lt; 8, 128 more for an end of block; 0xff00 where a code is longer
    /// than the index, or none. Only after <see cref="MakeRuns"/>.</summary>
    public ushort* Runs => (ushort*)(_memory + PairBytes + CodeBytes);

    /// <summary>Whether the code is one of DC differences.</summary>
    public bool IsDc { get; private set; }

    /// <summary>How many codes have 1, 2, … 16 bits.</summary>
    public ReadOnlySpan<byte> Counts => _counts;

    /// <summary>The symbols, by code.</summary>
    public ReadOnlySpan<byte> Symbols => _symbols.AsSpan(0, _count);

    private static int PairBytes => sizeof(ulong) << PairBits;

    private static int CodeBytes => sizeof(ushort) << CodeBits;

    private ushort* Codes => (ushort*)(_memory + PairBytes);

    /// <summary>Makes the tables of a code.</summary>
    /// <param name="dc">Whether its symbols are DC categories, else AC's runs and categories.</param>
    /// <param name="counts">How many codes have 1, 2, … 16 bits.</param>
    /// <param name="symbols">As many symbols, by code.</param>
    /// <returns>False where there is no such code: the object then holds none.</returns>
    public bool Build(bool dc, ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        _count = 0;
        IsDc = dc;
        _runs = false;
        int code = 0, index = 0;
        for (int length = 1; length <= 16; length++)
        {
            _offset[length] = index - code;
            index += counts[length - 1];
            code += counts[length - 1];
            _last[length] = counts[length - 1] == 0 ? -1 : code - 1;
            // No code may be all ones (T.81, annex C): libjpeg refuses such a table, and so the image.
            if (code >= 1 << length || index > 256)
            {
                return false;
            }

            code <<= 1;
        }

        if (symbols.Length != index || (dc && symbols.ContainsAnyExceptInRange((byte)0, (byte)15)))
        {
            return false;
        }

        _count = index;
        counts[..16].CopyTo(_counts);
        symbols.CopyTo(_symbols);
        if (_memory == null)
        {
            _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(PairBytes + CodeBytes + (sizeof(ushort) << RunBits)), 64);
        }

        FillCodes();
        if (dc)
        {
            FillDifferences();
        }
        else
        {
            FillPairs();
        }

        return true;
    }

    /// <summary>Makes <see cref="Runs"/>, unless they are there.</summary>
    public void MakeRuns()
    {
        if (!_runs)
        {
            FillRuns();
            _runs = true;
        }
    }

    /// <summary>The code that a window begins with: its bits | its symbol &lt;&lt; 8; 0 where there is none.</summary>
    public uint Resolve(ulong window)
    {
        uint entry = Codes[window >> (64 - CodeBits)];
        for (int length = CodeBits + 1; entry == 0 && length <= 16; length++)
        {
            int code = (int)(window >> (64 - length));
            if (code <= _last[length])
            {
                // A window may begin with something below every code of this length only where a shorter one fits.
                entry = (uint)length | ((uint)_symbols[(code + _offset[length]) & 255] << 8);
            }
        }

        return entry;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _count = 0;
    }

    private void FillCodes()
    {
        var codes = new Span<ushort>(Codes, 1 << CodeBits);
        codes.Clear();
        foreach (Code code in new CodeList(this, CodeBits))
        {
            codes.Slice(code.Bits << (CodeBits - code.Length), 1 << (CodeBits - code.Length)).Fill((ushort)(code.Length | (code.Symbol << 8)));
        }
    }

    private void FillDifferences()
    {
        var entries = new Span<uint>(Differences, 1 << DifferenceBits);
        entries.Clear();
        foreach (Code code in new CodeList(this, DifferenceBits))
        {
            if (code.Symbol <= MostDifferenceBits)
            {
                entries.Slice(code.Bits << (DifferenceBits - code.Length), 1 << (DifferenceBits - code.Length))
                    .Fill((uint)(code.Length + code.Symbol) | ((uint)code.Length << 8) | ((uint)code.Symbol << 16));
            }
        }
    }

    /// <summary>What <see cref="Pairs"/> hold of a last coefficient, where there is no first.</summary>
    private static ulong Last(in Code code) =>
        (uint)(code.Length + code.Category) | ((uint)code.Length << 8) | ((uint)code.Category << 16) | ((ulong)(uint)code.Distance << 32);

    private void FillPairs()
    {
        const ulong Long = (64ul << 24) | (128ul << 32), NoFirst = 64ul << 24;
        // For each number of bits that is left behind a first coefficient, what a second one is by them: [2^bits] from 2^bits on.
        ulong* seconds = stackalloc ulong[1 << PairBits];
        new Span<ulong>(seconds, 1 << PairBits).Clear();
        for (int bits = 1; bits < PairBits; bits++)
        {
            var part = new Span<ulong>(seconds + (1 << bits), 1 << bits);
            foreach (Code code in new CodeList(this, bits))
            {
                if (code.IsLegal)
                {
                    part.Slice(code.Bits << (bits - code.Length), 1 << (bits - code.Length)).Fill(Last(code));
                }
            }
        }

        new Span<ulong>(Pairs, 1 << PairBits).Fill(Long);
        foreach (Code code in new CodeList(this, PairBits))
        {
            if (!code.IsLegal)
            {
                continue;
            }

            int size = code.Category, length = code.Length + size, rest = PairBits - length;
            ulong* target = Pairs + (code.Bits << (PairBits - code.Length));
            ulong single = Last(code) | NoFirst;
            if (size == 0 || rest <= 0)
            {
                new Span<ulong>(target, 1 << (PairBits - code.Length)).Fill(single);
                continue;
            }

            for (int bits = 0; bits < 1 << size; bits++, target += 1 << rest)
            {
                int value = bits < 1 << (size - 1) ? bits + 1 - (1 << size) : bits;
                ulong first = ((ulong)length * 0x0000_0100_0000_0101) + ((ulong)code.Distance * 0x0000_0001_0100_0000) + ((ulong)(ushort)value << 48);
                Combine(seconds + (1 << rest), 1 << rest, first, single, target);
            }
        }
    }

    /// <summary>Where there is a second coefficient, it and the first; else the first alone.</summary>
    private static void Combine(ulong* seconds, int count, ulong first, ulong single, ulong* target)
    {
        int i = 0;
        for (; i <= count - Vector256<ulong>.Count; i += Vector256<ulong>.Count)
        {
            var second = Vector256.Load(seconds + i);
            Vector256.ConditionalSelect(Vector256.Equals(second, default), Vector256.Create(single), second + Vector256.Create(first)).Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] = seconds[i] == 0 ? single : seconds[i] + first;
        }
    }

    private void FillRuns()
    {
        const ushort Block = 0x8000, Long = 0xff00;
        // For each number of bits that is left, what codes begin there: [2^bits] from 2^bits on.
        ushort* runs = stackalloc ushort[2 << RunBits];
        new Span<ushort>(runs, 2 << RunBits).Clear();
        for (int bits = 1; bits <= RunBits; bits++)
        {
            ushort* part = runs + (1 << bits);
            foreach (Code code in new CodeList(this, bits))
            {
                if (!code.IsLegal)
                {
                    continue;
                }

                int size = code.Category, length = code.Length + size, rest = bits - length;
                ushort* target = part + (code.Bits << (bits - code.Length));
                var entry = (ushort)(code.Distance == 64 ? length | Block : length | (code.Distance << 8));
                // Behind a run of 16 nothing is taken, or the distances could grow beyond 127.
                if (size == 0 || rest <= 0)
                {
                    new Span<ushort>(target, 1 << (bits - code.Length)).Fill(entry);
                    continue;
                }

                for (int i = 0; i < 1 << size; i++, target += 1 << rest)
                {
                    Add(runs + (1 << rest), 1 << rest, entry, target);
                }
            }
        }

        ushort* all = runs + (1 << RunBits);
        for (int i = 0; i < 1 << RunBits; i++)
        {
            Runs[i] = all[i] == 0 ? Long : all[i];
        }
    }

    private static void Add(ushort* source, int count, ushort entry, ushort* target)
    {
        int i = 0;
        for (; i <= count - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            (Vector256.Load(source + i) + Vector256.Create(entry)).Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] = (ushort)(source[i] + entry);
        }
    }

    /// <summary>One code and what its symbol means among AC's.</summary>
    private readonly record struct Code(int Bits, int Length, int Symbol)
    {
        /// <summary>Bits of the value.</summary>
        public int Category => Symbol & 15;

        /// <summary>How far the coefficient lies from the one before; 16 for a run of zeros, 64 for an end of block.</summary>
        public int Distance => Symbol == 0 ? 64 : (Symbol >> 4) + 1;

        /// <summary>Whether the symbol may be in a sequential scan of 8-bit samples.</summary>
        public bool IsLegal => Category is > 0 and <= MostCoefficientBits || Symbol is 0 or 0xf0;
    }

    /// <summary>The codes up to a length, shorter ones first.</summary>
    private struct CodeList(HuffmanTable table, int longest)
    {
        private int _length = 1, _code = -1, _left = table._counts[0], _index = -1;

        public readonly Code Current => new(_code, _length, table._symbols[_index]);

        public readonly CodeList GetEnumerator() => this;

        public bool MoveNext()
        {
            _code++;
            for (; _left == 0; _code <<= 1)
            {
                if (++_length > 16)
                {
                    return false;
                }

                _left = table._counts[_length - 1];
            }

            _left--;
            _index++;
            return _length <= longest;
        }
    }
}
