using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// Reads a JPEG's segments up to its first scan. Frames and tables come from caches, so that nothing is allocated for an image
/// like one before. Any bytes may be given: what is not understood is <see cref="JpegKind.Foreign"/>. One thread's.
/// </summary>
internal sealed unsafe class JpegHeader : IDisposable
{
    /// <summary>Larger sides libjpeg refuses; more pixels are an accident or an attack (VipsDecoder has the same limit).</summary>
    private const int MostSide = 65500, MostComponents = 3;

    private readonly HuffmanTableCache _codes = new();
    private readonly JpegFrameCache _frames = new();
    private readonly HuffmanTable?[] _dc = new HuffmanTable?[MostComponents], _ac = new HuffmanTable?[MostComponents];
    private readonly byte[] _ids = new byte[MostComponents], _factors = new byte[MostComponents], _slots = new byte[MostComponents];
    private readonly ushort[]?[] _tables = new ushort[]?[MostComponents];
    private JpegFrame? _frame;
    private int _components, _width, _height;

    /// <summary>The shape of the image that was read last, and was not foreign.</summary>
    public JpegFrame Frame => _frame!;

    /// <summary>MCUs between restart markers, at the first scan; 0 where there are none.</summary>
    public int RestartInterval => Tables.RestartInterval;

    /// <summary>EXIF's orientation, 1 to 8.</summary>
    public int Orientation => Math.Max(Tables.Orientation, 1);

    /// <summary>The first byte behind the header of the first scan; of a file of several scans, that scan's marker.</summary>
    public byte* Scan { get; private set; }

    /// <summary>Behind the file's last byte.</summary>
    public byte* End { get; private set; }

    /// <summary>Whether the frame is progressive (T.81, annex G).</summary>
    public bool IsProgressive { get; private set; }

    /// <summary>What was defined before the first scan.</summary>
    public JpegTables Tables { get; } = new();

    /// <summary>A component's code of DC differences; only of a sequential image of one scan.</summary>
    public HuffmanTable Dc(int component) => _dc[component]!;

    /// <summary>A component's code of AC coefficients; only of a sequential image of one scan.</summary>
    public HuffmanTable Ac(int component) => _ac[component]!;

    /// <summary>A component's identifier.</summary>
    public int Id(int component) => _ids[component];

    /// <summary>The tables of a Huffman code that is defined now; null where there is none, or it is none.</summary>
    public HuffmanTable? Code(bool dc, int slot)
    {
        ReadOnlySpan<byte> definition = Tables.Codes(dc, slot);
        return definition.IsEmpty ? null : _codes.Get(dc, definition);
    }

    /// <summary>Whether a component's quantisation table is still the frame's: a later scan may not bring another one.</summary>
    public bool HasTable(int component)
    {
        ReadOnlySpan<byte> steps = Tables.Steps(_slots[component]);
        return !steps.IsEmpty && _frames.Table(steps).AsSpan().SequenceEqual(_tables[component]);
    }

    /// <summary>Reads an image; its bytes must stay as they are while it is used.</summary>
    public JpegKind Read(EncodedSample sample) => Read(sample.Pointer, sample.Length);

    /// <summary>Reads an image; its bytes must stay as they are while it is used.</summary>
    public JpegKind Read(byte* bytes, int length)
    {
        byte* next = bytes;
        End = bytes + length;
        Tables.Clear();
        _frame = null;
        _components = 0;
        if (JpegTables.Marker(ref next, End) != 0xd8 || next != bytes + 2)
        {
            return JpegKind.Foreign;
        }

        while (true)
        {
            byte* start = next;
            int marker = JpegTables.Marker(ref next, End);
            if (marker == 0 || !JpegTables.Segment(ref next, End, out byte* content, out int size))
            {
                return JpegKind.Foreign;
            }

            switch (marker)
            {
                case 0xda:
                    Scan = start;
                    return _components == 0 || !MakeFrame() ? JpegKind.Foreign
                        : IsProgressive ? JpegKind.Scans
                        : ReadScan(content, size, next);
                case 0xc0 or 0xc1 or 0xc2:
                    IsProgressive = marker == 0xc2;
                    if (_components > 0 || !ReadFrame(content, size))
                    {
                        return JpegKind.Foreign;
                    }

                    break;
                default:
                    if (!Tables.Take(marker, content, size))
                    {
                        return JpegKind.Foreign;
                    }

                    break;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _codes.Dispose();

    /// <summary>T.81, B.2.2.</summary>
    private bool ReadFrame(byte* content, int size)
    {
        if (size < 6 || content[0] != 8 || content[5] is not (1 or 3) || size != 6 + (3 * content[5]))
        {
            return false;
        }

        _height = JpegTables.Word(content + 1);
        _width = JpegTables.Word(content + 3);
        if (_height is 0 or > MostSide || _width is 0 or > MostSide || (long)_height * _width > ImageLimits.MostPixels)
        {
            return false;
        }

        _components = content[5];
        for (int c = 0; c < _components; c++)
        {
            byte* component = content + 6 + (3 * c);
            _ids[c] = component[0];
            _factors[c] = component[1];
            _slots[c] = component[2];
        }

        return _components == 1 ? _factors[0] >> 4 is >= 1 and <= 4 && (_factors[0] & 15) is >= 1 and <= 4
            // 4:4:4, 4:2:2, 4:4:0, 4:2:0 and 4:1:1.
            : _factors[0] is 0x11 or 0x21 or 0x12 or 0x22 or 0x41 && _factors[1] == 0x11 && _factors[2] == 0x11
                && _ids[0] != _ids[1] && _ids[0] != _ids[2] && _ids[1] != _ids[2];
    }

    /// <summary>The frame, when all before the first scan was read.</summary>
    private bool MakeFrame()
    {
        for (int c = 0; c < MostComponents; c++)
        {
            ReadOnlySpan<byte> steps = Tables.Steps(_slots[Math.Min(c, _components - 1)]);
            if (steps.IsEmpty)
            {
                return false;
            }

            _tables[c] = _frames.Table(steps);
        }

        bool grey = _components == 1;
        _frame = _frames.Frame(
            new ImageSize(_width, _height), grey ? JpegColor.Grey : Color(),
            grey ? 1 : _factors[0] >> 4, grey ? 1 : _factors[0] & 15, _tables[0]!, _tables[1]!, _tables[2]!);
        return true;
    }

    /// <summary>What three planes are, as libjpeg takes them: a JFIF file's are Y, Cb, Cr; Adobe's transform says it; else their
    /// identifiers may.</summary>
    private JpegColor Color() =>
        Tables.HasJfif ? JpegColor.YCbCr
        : Tables.AdobeTransform >= 0 ? Tables.AdobeTransform == 0 ? JpegColor.Rgb : JpegColor.YCbCr
        : _ids.AsSpan().SequenceEqual("RGB"u8) ? JpegColor.Rgb
        : JpegColor.YCbCr;

    /// <summary>The scan of a sequential frame (T.81, B.2.3).</summary>
    private JpegKind ReadScan(byte* content, int size, byte* data)
    {
        if (size < 1 || content[0] is < 1 or > MostComponents || content[0] > _components || size != 4 + (2 * content[0]))
        {
            return JpegKind.Foreign;
        }

        if (content[0] < _components)
        {
            return JpegKind.Scans;
        }

        for (int c = 0; c < _components; c++)
        {
            byte* component = content + 1 + (2 * c);
            _dc[c] = Code(dc: true, component[1] >> 4);
            _ac[c] = Code(dc: false, component[1] & 15);
            if (component[0] != _ids[c] || _dc[c] is null || _ac[c] is null)
            {
                return JpegKind.Foreign;
            }
        }

        byte* range = content + 1 + (2 * _components);
        if (range[0] != 0 || range[1] != 63 || range[2] != 0)
        {
            return JpegKind.Foreign;
        }

        Scan = data;
        return JpegKind.Sequential;
    }
}
