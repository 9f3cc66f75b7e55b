using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// Reads all coefficients of a JPEG of several scans: a progressive one (ITU-T T.81, annex G: spectral selection and successive
/// approximation) or a sequential one whose components do not come together. Every coefficient must be there, to its last bit, and
/// nothing must come twice: else a decoder would show something else than what the coefficients are. One thread's.
/// </summary>
internal sealed unsafe class ProgressiveScan : IDisposable
{
    /// <summary>A file of more scans is an attack: each costs a walk over all blocks.</summary>
    private const int MostScans = 100;

    private const int MostComponents = 3, MostShift = 13, DcLimit = 2048;

    private readonly EntropyBytes _bytes = new();
    private readonly HuffmanTable?[] _dc = new HuffmanTable?[MostComponents], _ac = new HuffmanTable?[MostComponents];
    private readonly int[] _scanned = new int[MostComponents], _predictions = new int[MostComponents];

    /// <summary>For each component and zigzag position, the lowest bit that came; -1 before the first.</summary>
    private readonly sbyte[] _shifts = new sbyte[MostComponents * 64];

    private JpegHeader? _header;
    private CoefficientImage? _image;
    private int _components, _first, _last, _high, _low, _restartLeft, _restartNumber;

    // How many more blocks of an end-of-band run there are, without the current one.
    private int _run;
    private ulong _bits;
    private int _bitCount;
    private byte* _next;

    /// <summary>Reads the image whose header was read.</summary>
    /// <param name="header">Of the kind <see cref="JpegKind.Scans"/>.</param>
    /// <param name="image">Reserved for the header's frame.</param>
    /// <returns>False where anything is damaged, missing or too much.</returns>
    public bool Read(JpegHeader header, CoefficientImage image)
    {
        _header = header;
        _image = image;
        _shifts.AsSpan().Fill(-1);
        byte* next = header.Scan;
        for (int scans = 0; ;)
        {
            int marker = JpegTables.Marker(ref next, header.End);
            if (marker == 0xd9)
            {
                return !_shifts.AsSpan(0, image.Frame.Components.Length * 64).ContainsAnyExcept((sbyte)0);
            }

            if (marker == 0 || !JpegTables.Segment(ref next, header.End, out byte* content, out int size))
            {
                return false;
            }

            if (marker != 0xda)
            {
                if (!header.Tables.Take(marker, content, size))
                {
                    return false;
                }
            }
            else if (++scans > MostScans || !Begin(content, size) || !ReadScan(next))
            {
                return false;
            }
            else
            {
                next = _bytes.Source;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    /// <summary>A scan's header (T.81, B.2.3 and G.1.1.1).</summary>
    private bool Begin(byte* content, int size)
    {
        JpegFrame frame = _image!.Frame;
        if (size < 1 || content[0] < 1 || content[0] > frame.Components.Length || size != 4 + (2 * content[0]))
        {
            return false;
        }

        _components = content[0];
        byte* range = content + 1 + (2 * _components);
        _first = range[0];
        _last = range[1];
        _high = range[2] >> 4;
        _low = range[2] & 15;
        bool fits = _header!.IsProgressive
            ? (_first == 0 ? _last == 0 : _first <= _last && _last < 64 && _components == 1) && _low <= MostShift && (_high == 0 || _high == _low + 1)
            : _first == 0 && _last == 63 && _high == 0 && _low == 0;
        if (!fits)
        {
            return false;
        }

        for (int i = 0, least = 0; i < _components; i++)
        {
            int c = least;
            for (; c < frame.Components.Length && _header.Id(c) != content[1 + (2 * i)]; c++)
            {
            }

            if (c == frame.Components.Length || !Follows(c) || !_header.HasTable(c))
            {
                return false;
            }

            // Components of a scan come in the frame's order.
            least = c + 1;
            _scanned[i] = c;
            _dc[i] = _first == 0 && _high == 0 ? _header.Code(dc: true, content[2 + (2 * i)] >> 4) : null;
            _ac[i] = _last > 0 ? _header.Code(dc: false, content[2 + (2 * i)] & 15) : null;
            if ((_dc[i] is null && _first == 0 && _high == 0) || (_ac[i] is null && _last > 0))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the scan brings what is due next of a component's coefficients; DC comes before AC.</summary>
    private bool Follows(int component)
    {
        Span<sbyte> shifts = _shifts.AsSpan(component * 64, 64);
        Span<sbyte> band = shifts[_first..(_last + 1)];
        int due = _high == 0 ? -1 : _high;
        if (band.ContainsAnyExcept((sbyte)due) || (_first > 0 && shifts[0] < 0))
        {
            return false;
        }

        band.Fill((sbyte)_low);
        return true;
    }

    private bool ReadScan(byte* data)
    {
        _next = _bytes.Start(data, _header!.End);
        _restartNumber = 0;
        Restarted();
        JpegFrame frame = _image!.Frame;
        bool read = true;
        if (_components == 1)
        {
            int c = _scanned[0];
            JpegComponent component = frame.Components[c];
            for (int y = 0; y < component.BlocksHigh && read; y++)
            {
                short* block = _image.Blocks(c, y);
                for (int x = 0; x < component.BlocksWide && read; x++, block += 64)
                {
                    read = Due() && Block(0, block);
                }
            }
        }
        else
        {
            for (int y = 0; y < frame.McusHigh && read; y++)
            {
                for (int x = 0; x < frame.McusWide && read; x++)
                {
                    read = Due() && Mcu(x, y);
                }
            }
        }

        if (!read || _run > 0)
        {
            return false;
        }

        _next = _bytes.Fill(_next);
        return _bytes.IsComplete && ((_bytes.End - _next) * 8) + _bitCount is >= 0 and < 8;
    }

    private bool Mcu(int x, int y)
    {
        for (int i = 0; i < _components; i++)
        {
            int c = _scanned[i];
            JpegComponent component = _image!.Frame.Components[c];
            for (int v = 0; v < component.Vertical; v++)
            {
                short* block = _image.Blocks(c, (y * component.Vertical) + v) + (64L * x * component.Horizontal);
                for (int h = 0; h < component.Horizontal; h++, block += 64)
                {
                    if (!Block(i, block))
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }

    /// <summary>Goes over a restart marker where one is due.</summary>
    private bool Due()
    {
        if (_header!.RestartInterval == 0 || _restartLeft-- > 0)
        {
            return true;
        }

        byte* next = _run > 0 ? null : _bytes.Restart(_next, _bitCount, _restartNumber);
        if (next == null)
        {
            return false;
        }

        _next = next;
        _restartNumber = (_restartNumber + 1) & 7;
        Restarted();
        _restartLeft--;
        return true;
    }

    private void Restarted()
    {
        _bits = 0;
        _bitCount = 0;
        _run = 0;
        _restartLeft = _header!.RestartInterval;
        Array.Clear(_predictions);
    }

    private bool Block(int index, short* block)
    {
        if (_next >= _bytes.Limit)
        {
            _next = _bytes.Fill(_next);
            if (_next >= _bytes.Limit)
            {
                return false;
            }
        }

        if (_first == 0 && !(_high == 0 ? Dc(index, block) : RefineDc(block)))
        {
            return false;
        }

        return _last == 0 || (_high == 0 ? Ac(index, block) : RefineAc(index, block));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Refill()
    {
        _bits |= BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(_next)) >> _bitCount;
        _next += (63 - _bitCount) >> 3;
        _bitCount |= 56;
    }

    /// <summary>The next bits; at most 16 after a code, of which a refill holds enough.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Take(int count)
    {
        var value = (int)(_bits >> 1 >> (63 - count));
        _bits <<= count;
        _bitCount -= count;
        return value;
    }

    /// <summary>The symbol of the next code; -1 where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Symbol(HuffmanTable table)
    {
        Refill();
        uint code = table.Resolve(_bits);
        _bits <<= (int)code;
        _bitCount -= (int)(code & 0xff);
        return code == 0 ? -1 : (int)(code >> 8);
    }

    /// <summary>A category's value (T.81, F.2.2.1).</summary>
    private int Value(int category)
    {
        int value = Take(category);
        return value < 1 << (category - 1) ? value + 1 - (1 << category) : value;
    }

    private bool Dc(int index, short* block)
    {
        int category = Symbol(_dc[index]!);
        if (category is < 0 or > HuffmanTable.MostDifferenceBits)
        {
            return false;
        }

        int dc = _predictions[index] += category == 0 ? 0 : Value(category);
        // Checked before it is shifted, so that nothing overflows.
        if (dc < -DcLimit >> _low || dc >= DcLimit)
        {
            return false;
        }

        dc <<= _low;
        block[0] = (short)dc;
        return dc < DcLimit;
    }

    private bool RefineDc(short* block)
    {
        Refill();
        block[0] |= (short)(Take(1) << _low);
        return true;
    }

    /// <summary>A band for the first time (T.81, G.1.2.2); of a sequential scan, all of AC.</summary>
    private bool Ac(int index, short* block)
    {
        if (_run > 0)
        {
            _run--;
            return true;
        }

        HuffmanTable table = _ac[index]!;
        byte* places = Zigzag.Table;
        bool progressive = _header!.IsProgressive;
        for (int k = Math.Max(_first, 1); k <= _last; k++)
        {
            int symbol = Symbol(table), zeros = symbol >> 4, category = symbol & 15;
            if (symbol < 0)
            {
                return false;
            }

            if (category > 0)
            {
                k += zeros;
                if (k > _last || category + _low > HuffmanTable.MostCoefficientBits)
                {
                    return false;
                }

                block[places[k]] = (short)(Value(category) << _low);
            }
            else if (zeros == 15)
            {
                k += 15;
            }
            else if (progressive || zeros == 0)
            {
                _run = (1 << zeros) + Take(zeros) - 1;
                return true;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>One more bit of a band (T.81, G.1.2.3).</summary>
    private bool RefineAc(int index, short* block)
    {
        byte* places = Zigzag.Table;
        int k = _first;
        if (_run == 0)
        {
            HuffmanTable table = _ac[index]!;
            for (; k <= _last; k++)
            {
                int symbol = Symbol(table), zeros = symbol >> 4, category = symbol & 15, value = 0;
                if (symbol < 0 || category > 1)
                {
                    return false;
                }

                if (category == 1)
                {
                    value = Take(1) == 1 ? 1 << _low : -1 << _low;
                }
                else if (zeros < 15)
                {
                    // The run counts this block too, whose remaining coefficients are refined below.
                    _run = (1 << zeros) + Take(zeros);
                    break;
                }

                // Over as many zeros as were told, and every coefficient between them.
                for (; k <= _last; k++)
                {
                    short* coefficient = block + places[k];
                    if (*coefficient != 0)
                    {
                        Refine(coefficient);
                    }
                    else if (--zeros < 0)
                    {
                        break;
                    }
                }

                if (value != 0)
                {
                    if (k > _last)
                    {
                        return false;
                    }

                    block[places[k]] = (short)value;
                }
            }
        }

        if (_run > 0)
        {
            for (; k <= _last; k++)
            {
                if (block[places[k]] != 0)
                {
                    Refine(block + places[k]);
                }
            }

            _run--;
        }

        return true;
    }

    private void Refine(short* coefficient)
    {
        Refill();
        if (Take(1) == 1)
        {
            *coefficient += (short)(*coefficient > 0 ? 1 << _low : -1 << _low);
        }
    }
}
