using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// Reads the coefficients of a window from the one scan of a sequential JPEG (ITU-T T.81, F.2.2). Blocks before the window, and
/// beside it, are only read over, as fast as their codes' lengths can be told; behind the window's last block nothing is read.
/// Anything unusual is damage: whoever uses it then lets another decoder say what to make of it. One thread's.
/// </summary>
internal sealed unsafe class BaselineScan : IBlockSource, IDisposable
{
    /// <summary>Blocks of an MCU, at most (T.81, B.2.3).</summary>
    private const int MostBlocks = 10;

    /// <summary>A DC coefficient of 8-bit samples lies in -1024…1023; twice that is given to encoders that round otherwise.</summary>
    private const int DcOffset = 2048, DcBits = 12;

    private readonly EntropyBytes _bytes = new();
    private readonly Plan* _plans = (Plan*)NativeMemory.AlignedAlloc((nuint)(MostBlocks * sizeof(Plan)), 64);
    private readonly int* _dc = (int*)NativeMemory.AllocZeroed(4, sizeof(int));
    private Plan* _plansEnd;
    private JpegHeader? _header;
    private McuWindow _window;
    private int _row, _restartInterval, _restartLeft, _restartNumber;

    // Where the decoder stands: the bits that were read, how many, and the next byte.
    private ulong _bits;
    private int _bitCount;
    private byte* _next;
    private bool _damaged;

    /// <summary>Behind the last byte of the file that was looked at so far.</summary>
    public byte* Position => _bytes.Source;

    /// <summary>Takes the image whose header was read; its bytes must stay as they are while it is read.</summary>
    public void Open(JpegHeader header) => _header = header;

    /// <inheritdoc/>
    public void Start(in McuWindow window)
    {
        JpegHeader header = _header!;
        _window = window;
        _row = 0;
        _restartInterval = _restartLeft = header.RestartInterval;
        _restartNumber = 0;
        _next = _bytes.Start(header.Scan, header.End);
        _bits = 0;
        _bitCount = 0;
        _damaged = false;
        JpegFrame frame = header.Frame;
        Plan* plan = _plans;
        for (int c = 0; c < frame.Components.Length; c++)
        {
            _dc[c] = 0;
            HuffmanTable dc = header.Dc(c), ac = header.Ac(c);
            if (window.Left > 0 || window.Top > 0 || window.Right < frame.McusWide)
            {
                ac.MakeRuns();
            }

            JpegComponent component = frame.Components[c];
            for (int v = 0; v < component.Vertical; v++)
            {
                for (int h = 0; h < component.Horizontal; h++)
                {
                    *plan++ = new Plan { Pairs = ac.Pairs, Runs = ac.Runs, Differences = dc.Differences, Dc = _dc + c, Component = c, Across = h, Down = v };
                }
            }
        }

        _plansEnd = plan;
    }

    /// <inheritdoc/>
    public bool Read(CoefficientRow row)
    {
        if (_damaged)
        {
            return false;
        }

        JpegFrame frame = _header!.Frame;
        long before = _window.Left;
        if (_row < _window.Top)
        {
            before += (long)(_window.Top - _row) * frame.McusWide;
            _row = _window.Top;
        }

        for (Plan* plan = _plans; plan < _plansEnd; plan++)
        {
            JpegComponent component = frame.Components[plan->Component];
            plan->Blocks = row.Blocks(plan->Component, plan->Down) + (plan->Across * 64);
            plan->Extents = row.Extents(plan->Component, plan->Down) + plan->Across;
            plan->Step = component.Horizontal;
        }

        _row++;
        _damaged = !(Pass(before, store: false)
            && Pass(_window.Right - _window.Left, store: true)
            && Pass(_row < _window.Bottom ? frame.McusWide - _window.Right : 0, store: false)
            && IsInside());
        return !_damaged;
    }

    /// <summary>Whether all of the image was read, and its end follows at once: nothing is missing or left.</summary>
    public bool EndsImage()
    {
        _next = _bytes.Fill(_next);
        long left = ((_bytes.End - _next) * 8) + _bitCount;
        byte* next = _bytes.Source;
        return !_damaged && _bytes.IsComplete && left is >= 0 and < 8 && JpegTables.Marker(ref next, _header!.End) == 0xd9;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bytes.Dispose();
        NativeMemory.AlignedFree(_plans);
        NativeMemory.Free(_dc);
    }

    /// <summary>Reads MCUs, across restart markers.</summary>
    private bool Pass(long mcus, bool store)
    {
        if (_restartInterval == 0)
        {
            return mcus == 0 || (store ? Store(mcus) : Skip(mcus));
        }

        while (mcus > 0)
        {
            if (_restartLeft == 0 && !Restart())
            {
                return false;
            }

            if (!store && mcus > _restartLeft && !Leap(ref mcus))
            {
                return false;
            }

            long part = Math.Min(mcus, _restartLeft);
            if (!(store ? Store(part) : Skip(part)))
            {
                return false;
            }

            mcus -= part;
            _restartLeft -= (int)part;
        }

        return true;
    }

    /// <summary>Goes over a restart marker.</summary>
    private bool Restart()
    {
        if (!IsInside())
        {
            return false;
        }

        byte* next = _bytes.Restart(_next, _bitCount, _restartNumber);
        return next != null && Begin(next, 1);
    }

    /// <summary>Goes to the interval of the first MCU that is wanted, without reading the ones before.</summary>
    private bool Leap(ref long mcus)
    {
        long behind = mcus - _restartLeft;
        long intervals = 1 + ((behind - 1) / _restartInterval);
        mcus = behind - ((intervals - 1) * _restartInterval);
        byte* next = _bytes.Skip(intervals, _restartNumber);
        return next != null && Begin(next, intervals);
    }

    private bool Begin(byte* next, long markers)
    {
        _next = next;
        _bits = 0;
        _bitCount = 0;
        _restartNumber = (int)((_restartNumber + markers) & 7);
        _restartLeft = _restartInterval;
        new Span<int>(_dc, 4).Clear();
        return true;
    }

    /// <summary>Whether no bit was taken that is not there.</summary>
    private bool IsInside() => ((_bytes.End - _next) * 8) + _bitCount >= 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Refill(ref ulong bits, ref int count, ref byte* next)
    {
        bits |= BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(next)) >> count;
        next += (63 - count) >> 3;
        count |= 56;
    }

    /// <summary>Reads MCUs into the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Store(long mcus)
    {
        ulong bits = _bits;
        int count = _bitCount, range = 0;
        byte* next = _next, limit = _bytes.Limit, places = Zigzag.Table;
        Plan* plans = _plans, plansEnd = _plansEnd;
        for (; mcus > 0; mcus--)
        {
            for (Plan* plan = plans; plan < plansEnd; plan++)
            {
                if (next >= limit)
                {
                    next = _bytes.Fill(next);
                    limit = _bytes.Limit;
                    if (next >= limit)
                    {
                        return false;
                    }
                }

                short* block = plan->Blocks;
                plan->Blocks = block + (plan->Step * 64);
                new Span<short>(block, 64).Clear();
                Refill(ref bits, ref count, ref next);
                uint difference = plan->Differences[bits >> (64 - HuffmanTable.DifferenceBits)];
                if (difference == 0)
                {
                    difference = LongDifference(bits, plan->Component);
                    if (difference == 0)
                    {
                        return false;
                    }
                }

                int dc = *plan->Dc + EntropyBytes.Extend(bits << (int)(difference >> 8), (int)(difference >> 16));
                *plan->Dc = dc;
                range |= dc + DcOffset;
                *block = (short)dc;
                bits <<= (int)difference;
                count -= (int)(difference & 0xff);

                ulong* pairs = plan->Pairs;
                int k = 0, k2;
                while (true)
                {
                    Refill(ref bits, ref count, ref next);
                    // Single bytes of an entry are loaded faster than they are shifted out of it.
                    byte* entry = (byte*)(pairs + (bits >> (64 - HuffmanTable.PairBits)));
                    ulong pair = *(ulong*)entry;
                    block[places[k + entry[3]]] = *(short*)(entry + 6);
                    k2 = k + entry[4];
                    block[places[k2]] = (short)EntropyBytes.Extend(bits << (int)(pair >> 8), entry[2]);
                    if (k2 < 63)
                    {
                        bits <<= (int)pair;
                        count -= (int)(pair & 0xff);
                        k = k2;
                        entry = (byte*)(pairs + (bits >> (64 - HuffmanTable.PairBits)));
                        pair = *(ulong*)entry;
                        block[places[k + entry[3]]] = *(short*)(entry + 6);
                        k2 = k + entry[4];
                        block[places[k2]] = (short)EntropyBytes.Extend(bits << (int)(pair >> 8), entry[2]);
                        if (k2 < 63)
                        {
                            bits <<= (int)pair;
                            count -= (int)(pair & 0xff);
                            k = k2;
                            continue;
                        }
                    }

                    int first = k + (int)((pair >> 24) & 63);
                    if (first < 63 && k2 - first == 64)
                    {
                        // An end of block.
                        bits <<= (int)pair;
                        count -= (int)(pair & 0xff);
                        k = first;
                        break;
                    }

                    if (first == 63)
                    {
                        // The block was full with the first; what looked like a second belongs to the next.
                        bits <<= (int)(pair >> 40);
                        count -= (int)((pair >> 40) & 0xff);
                        k = 63;
                        break;
                    }

                    if (first < 63 && k2 == 63)
                    {
                        bits <<= (int)pair;
                        count -= (int)(pair & 0xff);
                        k = 63;
                        break;
                    }

                    if (((pair >> 32) & 0xff) != 128)
                    {
                        return false;
                    }

                    uint code = LongCode(bits, plan->Component);
                    int length = (int)(code & 0xff), category = (int)(code >> 8) & 15;
                    bits <<= length;
                    count -= length;
                    if (code >> 8 == 0)
                    {
                        if (code == 0)
                        {
                            return false;
                        }

                        break;
                    }

                    k += (int)(code >> 12) + 1;
                    if (k > 63)
                    {
                        return false;
                    }

                    block[places[k]] = (short)EntropyBytes.Extend(bits, category);
                    bits <<= category;
                    count -= category;
                    if (k == 63)
                    {
                        break;
                    }
                }

                *plan->Extents = (byte)k;
                plan->Extents += plan->Step;
            }
        }

        _bits = bits;
        _bitCount = count;
        _next = next;
        return (range >> DcBits) == 0;
    }

    /// <summary>Reads over MCUs; only their DC differences are taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Skip(long mcus)
    {
        ulong bits = _bits;
        int count = _bitCount, range = 0;
        byte* next = _next, limit = _bytes.Limit;
        Plan* plans = _plans, plansEnd = _plansEnd;
        for (; mcus > 0; mcus--)
        {
            for (Plan* plan = plans; plan < plansEnd; plan++)
            {
                if (next >= limit)
                {
                    next = _bytes.Fill(next);
                    limit = _bytes.Limit;
                    if (next >= limit)
                    {
                        return false;
                    }
                }

                Refill(ref bits, ref count, ref next);
                uint difference = plan->Differences[bits >> (64 - HuffmanTable.DifferenceBits)];
                if (difference == 0)
                {
                    difference = LongDifference(bits, plan->Component);
                    if (difference == 0)
                    {
                        return false;
                    }
                }

                int dc = *plan->Dc + EntropyBytes.Extend(bits << (int)(difference >> 8), (int)(difference >> 16));
                *plan->Dc = dc;
                range |= dc + DcOffset;
                bits <<= (int)difference;
                count -= (int)(difference & 0xff);

                ushort* runs = plan->Runs;
                int k = 0, k2;
                while (true)
                {
                    Refill(ref bits, ref count, ref next);
                    int run = runs[bits >> (64 - HuffmanTable.RunBits)];
                    k2 = k + (run >> 8);
                    if (k2 < 63)
                    {
                        bits <<= run;
                        count -= run & 0xff;
                        k = k2;
                        run = runs[bits >> (64 - HuffmanTable.RunBits)];
                        k2 = k + (run >> 8);
                        if (k2 < 63)
                        {
                            bits <<= run;
                            count -= run & 0xff;
                            k = k2;
                            continue;
                        }
                    }

                    // The end of the block, if no coefficient before it was the 63rd; or the 63rd at the end of the run.
                    if ((k2 >= 128 && k2 < 128 + 63 && run < 0xff00) || k2 == 63)
                    {
                        bits <<= run;
                        count -= run & 0xff;
                        break;
                    }

                    // Else the block ends among the run's codes, or the first is a long one: one at a time.
                    uint code = LongCode(bits, plan->Component);
                    if (code == 0)
                    {
                        return false;
                    }

                    int category = (int)(code >> 8) & 15, taken = (int)(code & 0xff) + category;
                    bits <<= taken;
                    count -= taken;
                    k += (int)(code >> 12) + 1;
                    if (code >> 8 == 0 || k == 63)
                    {
                        break;
                    }

                    if (k > 63)
                    {
                        return false;
                    }
                }
            }
        }

        _bits = bits;
        _bitCount = count;
        _next = next;
        return (range >> DcBits) == 0;
    }

    /// <summary>An entry as of <see cref="HuffmanTable.Differences"/> for any code; 0 where there is none.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint LongDifference(ulong bits, int component)
    {
        uint code = _header!.Dc(component).Resolve(bits);
        uint length = code & 0xff, category = code >> 8;
        return code == 0 || category > HuffmanTable.MostDifferenceBits ? 0 : (length + category) | (length << 8) | (category << 16);
    }

    /// <summary>The next code, its bits | its symbol &lt;&lt; 8; 0 where there is none or it has no business here.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint LongCode(ulong bits, int component)
    {
        uint code = _header!.Ac(component).Resolve(bits), symbol = code >> 8, category = symbol & 15;
        return category is > 0 and <= HuffmanTable.MostCoefficientBits || symbol is 0 or 0xf0 ? code : 0;
    }

    /// <summary>One block of an MCU.</summary>
    private struct Plan
    {
        public ulong* Pairs;
        public ushort* Runs;
        public uint* Differences;
        public int* Dc;
        public short* Blocks;
        public byte* Extents;
        public int Step, Component, Across, Down;
    }
}
