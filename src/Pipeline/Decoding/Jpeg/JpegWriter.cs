using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// Writes coefficients as a sequential JPEG (ITU-T T.81) of one scan, with the best Huffman codes for them: a file that any decoder
/// turns into the pixels of the one that they came from. One thread's; can be used again.
/// </summary>
internal sealed unsafe class JpegWriter
{
    private const int MostCodeLength = 16;

    private readonly long[][] _dcWeights = [new long[256], new long[256]], _acWeights = [new long[256], new long[256]];
    private readonly HuffmanCode?[] _dcCodes = new HuffmanCode?[2], _acCodes = new HuffmanCode?[2];
    private readonly int[] _predictions = new int[3];
    private IBufferWriter<byte>? _target;
    private bool _counting;
    private int _sets;

    // Bits that are not written yet, the last one lowest.
    private ulong _bits;
    private int _bitCount;

    /// <summary>Writes a file.</summary>
    /// <param name="image">The coefficients.</param>
    /// <param name="target">Where to.</param>
    /// <param name="restartInterval">MCUs between restart markers, at most 65535; 0 for none.</param>
    /// <exception cref="InvalidDataException">A coefficient is greater than one of an 8-bit image can be.</exception>
    public void Write(CoefficientImage image, IBufferWriter<byte> target, int restartInterval = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)restartInterval, (uint)ushort.MaxValue);
        _target = target;
        _sets = image.Frame.Color == JpegColor.YCbCr ? 2 : 1;
        for (int i = 0; i < 2; i++)
        {
            Array.Clear(_dcWeights[i]);
            Array.Clear(_acWeights[i]);
        }

        _counting = true;
        Scan(image, restartInterval);
        for (int i = 0; i < 2; i++)
        {
            _dcCodes[i] = HuffmanCode.Optimal(_dcWeights[i], MostCodeLength);
            _acCodes[i] = HuffmanCode.Optimal(_acWeights[i], MostCodeLength);
        }

        _counting = false;
        Head(image.Frame, restartInterval);
        Scan(image, restartInterval);
        target.Write((ReadOnlySpan<byte>)[0xff, 0xd9]);
        _target = null;
    }

    private void Head(JpegFrame frame, int restartInterval)
    {
        bool rgb = frame.Color == JpegColor.Rgb;
        _target!.Write((ReadOnlySpan<byte>)[0xff, 0xd8]);
        if (rgb)
        {
            // Without JFIF's, Adobe's marker says that there is no transform.
            Segment(0xee, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0]);
        }
        else
        {
            Segment(0xe0, [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
        }

        var tables = new List<ushort[]>();
        var slots = new byte[frame.Components.Length];
        bool wide = false;
        for (int c = 0; c < slots.Length; c++)
        {
            ushort[] table = frame.Components[c].Quantisation;
            slots[c] = (byte)tables.FindIndex(known => known.AsSpan().SequenceEqual(table));
            if (slots[c] == byte.MaxValue)
            {
                slots[c] = (byte)tables.Count;
                tables.Add(table);
                wide |= Steps(tables.Count - 1, table);
            }
        }

        // Steps of more than a byte are not baseline, but extended.
        Span<byte> header = stackalloc byte[6 + (3 * slots.Length)];
        header[0] = 8;
        BinaryPrimitives.WriteUInt16BigEndian(header[1..], (ushort)frame.Size.Height);
        BinaryPrimitives.WriteUInt16BigEndian(header[3..], (ushort)frame.Size.Width);
        header[5] = (byte)slots.Length;
        Span<byte> scan = stackalloc byte[4 + (2 * slots.Length)];
        scan[0] = (byte)slots.Length;
        for (int c = 0; c < slots.Length; c++)
        {
            byte id = rgb ? "RGB"u8[c] : (byte)(c + 1);
            header[6 + (3 * c)] = id;
            header[7 + (3 * c)] = (byte)((frame.Components[c].Horizontal << 4) | frame.Components[c].Vertical);
            header[8 + (3 * c)] = slots[c];
            scan[1 + (2 * c)] = id;
            scan[2 + (2 * c)] = (byte)(0x11 * Set(c));
        }

        scan[^3] = 0;
        scan[^2] = 63;
        scan[^1] = 0;
        Segment((byte)(wide ? 0xc1 : 0xc0), header);
        if (restartInterval > 0)
        {
            Segment(0xdd, [(byte)(restartInterval >> 8), (byte)restartInterval]);
        }

        for (int set = 0; set < _sets; set++)
        {
            Segment(0xc4, [(byte)set, .. _dcCodes[set]!.Counts, .. _dcCodes[set]!.Symbols]);
            Segment(0xc4, [(byte)(0x10 | set), .. _acCodes[set]!.Counts, .. _acCodes[set]!.Symbols]);
        }

        Segment(0xda, scan);
    }

    /// <summary>Writes a quantisation table.</summary>
    /// <returns>Whether it needs more than a byte for a step.</returns>
    private bool Steps(int slot, ushort[] table)
    {
        bool wide = table.AsSpan().ContainsAnyExceptInRange((ushort)0, (ushort)255);
        var content = new byte[wide ? 129 : 65];
        content[0] = (byte)(slot | (wide ? 0x10 : 0));
        for (int i = 0; i < 64; i++)
        {
            ushort step = table[Zigzag.Places[i]];
            if (wide)
            {
                BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(1 + (2 * i)), step);
            }
            else
            {
                content[1 + i] = (byte)step;
            }
        }

        Segment(0xdb, content);
        return wide;
    }

    private void Segment(byte marker, ReadOnlySpan<byte> content)
    {
        _target!.Write((ReadOnlySpan<byte>)[0xff, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2)]);
        _target!.Write(content);
    }

    /// <summary>Which codes a component uses: luma has its own; of RGB all have the same.</summary>
    private int Set(int component) => component == 0 || _sets == 1 ? 0 : 1;

    private void Scan(CoefficientImage image, int restartInterval)
    {
        JpegFrame frame = image.Frame;
        Array.Clear(_predictions);
        _bits = 0;
        _bitCount = 0;
        int left = restartInterval, number = 0;
        for (int y = 0; y < frame.McusHigh; y++)
        {
            for (int x = 0; x < frame.McusWide; x++)
            {
                if (restartInterval > 0 && left-- == 0)
                {
                    Restart(number++ & 7);
                    left = restartInterval - 1;
                }

                for (int c = 0; c < frame.Components.Length; c++)
                {
                    JpegComponent component = frame.Components[c];
                    for (int v = 0; v < component.Vertical; v++)
                    {
                        short* block = image.Blocks(c, (y * component.Vertical) + v) + (64L * x * component.Horizontal);
                        for (int h = 0; h < component.Horizontal; h++, block += 64)
                        {
                            Block(c, block);
                        }
                    }
                }
            }
        }

        Pad();
    }

    private void Restart(int number)
    {
        Array.Clear(_predictions);
        Pad();
        if (!_counting)
        {
            _target!.Write((ReadOnlySpan<byte>)[0xff, (byte)(0xd0 + number)]);
        }
    }

    private void Block(int component, short* block)
    {
        int set = Set(component), zeros = 0;
        int difference = block[0] - _predictions[component];
        _predictions[component] = block[0];
        Symbol(_dcWeights[set], _dcCodes[set], 0, difference, HuffmanTable.MostDifferenceBits);
        ReadOnlySpan<byte> places = Zigzag.Places;
        for (int k = 1; k < 64; k++)
        {
            int value = block[places[k]];
            if (value == 0)
            {
                zeros++;
                continue;
            }

            for (; zeros > 15; zeros -= 16)
            {
                Symbol(_acWeights[set], _acCodes[set], 15, 0, 0);
            }

            Symbol(_acWeights[set], _acCodes[set], zeros, value, HuffmanTable.MostCoefficientBits);
            zeros = 0;
        }

        if (zeros > 0)
        {
            Symbol(_acWeights[set], _acCodes[set], 0, 0, 0);
        }
    }

    /// <summary>Counts or writes a code and the bits of its value (T.81, F.1.2).</summary>
    private void Symbol(long[] weights, HuffmanCode? code, int zeros, int value, int most)
    {
        int category = 32 - BitOperations.LeadingZeroCount((uint)Math.Abs(value));
        int symbol = (zeros << 4) | category;
        if (_counting)
        {
            if (category > most)
            {
                throw new InvalidDataException($"a coefficient of {category} bits, where an 8-bit image has at most {most}");
            }

            weights[symbol]++;
            return;
        }

        // Of a negative value all bits are turned.
        uint extra = (uint)(value < 0 ? value - 1 : value) & ((1u << category) - 1);
        Put(code!.Codes[symbol], code.Lengths[symbol]);
        Put(extra, category);
    }

    private void Put(uint bits, int count)
    {
        _bits = (_bits << count) | bits;
        _bitCount += count;
        if (_bitCount >= 32)
        {
            Flush();
        }
    }

    /// <summary>Fills the last byte with ones.</summary>
    private void Pad()
    {
        if (!_counting)
        {
            int missing = -_bitCount & 7;
            _bits = (_bits << missing) | ((1u << missing) - 1);
            _bitCount += missing;
            Flush();
        }
    }

    /// <summary>Writes the whole bytes, a zero behind each FF.</summary>
    private void Flush()
    {
        Span<byte> bytes = _target!.GetSpan(16);
        int written = 0;
        for (; _bitCount >= 8; _bitCount -= 8)
        {
            var value = (byte)(_bits >> (_bitCount - 8));
            bytes[written++] = value;
            if (value == 0xff)
            {
                bytes[written++] = 0;
            }
        }

        _target.Advance(written);
    }
}
