using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>
/// The coefficients of a JPEG that no encoder would make, as a source of blocks and as a file: a baseline scan with codes of eight
/// or nine bits for every symbol there may be. So what other decoders make of any coefficients can be asked.
/// </summary>
internal sealed unsafe class TestImage : IBlockSource
{
    private static readonly byte[] s_natural =
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    private readonly short[][] _blocks;
    private McuWindow _window;
    private int _row;

    /// <summary>An image whose coefficients are all zero.</summary>
    /// <param name="size">Pixels.</param>
    /// <param name="color">What the planes are.</param>
    /// <param name="sampling">Of each plane, across and down.</param>
    /// <param name="steps">Of each plane, 64.</param>
    public TestImage(ImageSize size, JpegColor color, (int Across, int Down)[] sampling, ushort[][] steps)
    {
        int across = sampling.Max(each => each.Across), down = sampling.Max(each => each.Down);
        Frame = new JpegFrame
        {
            Size = size,
            Color = color,
            MostHorizontal = across,
            MostVertical = down,
            Components = [.. sampling.Zip(steps, (factors, table) => new JpegComponent
            {
                Horizontal = factors.Across,
                Vertical = factors.Down,
                BlocksWide = ((size.Width * factors.Across) + (8 * across) - 1) / (8 * across),
                BlocksHigh = ((size.Height * factors.Down) + (8 * down) - 1) / (8 * down),
                Quantisation = table,
            })],
        };
        _blocks = [.. Frame.Components.Select(component => new short[64 * Frame.McusWide * component.Horizontal * Frame.McusHigh * component.Vertical])];
    }

    public JpegFrame Frame { get; }

    /// <summary>A plane's coefficients: rows of blocks, padding too.</summary>
    public short[] Blocks(int component) => _blocks[component];

    public void Start(in McuWindow window) => (_window, _row) = (window, window.Top);

    public bool Read(CoefficientRow row)
    {
        for (int c = 0; c < Frame.Components.Length; c++)
        {
            JpegComponent component = Frame.Components[c];
            for (int v = 0; v < component.Vertical; v++)
            {
                int wide = Frame.McusWide * component.Horizontal, first = ((((_row * component.Vertical) + v) * wide) + (_window.Left * component.Horizontal)) * 64;
                int length = 64 * (_window.Right - _window.Left) * component.Horizontal;
                _blocks[c].AsSpan(first, length).CopyTo(new Span<short>(row.Blocks(c, v), length));
            }
        }

        _row++;
        return true;
    }

    /// <summary>The image as a file.</summary>
    public byte[] ToJpeg()
    {
        var file = new List<byte> { 0xff, 0xd8 };
        for (int c = 0; c < Frame.Components.Length; c++)
        {
            ushort[] steps = Frame.Components[c].Quantisation;
            Segment(file, 0xdb, [(byte)(16 | c), .. s_natural.SelectMany(place => (byte[])[(byte)(steps[place] >> 8), (byte)steps[place]])]);
        }

        // A marker that tells the colours: 1 is YCbCr, 0 RGB.
        Segment(file, 0xee, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, Frame.Color == JpegColor.YCbCr ? (byte)1 : (byte)0]);
        (int width, int height) = (Frame.Size.Width, Frame.Size.Height);
        Segment(file, 0xc1, [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, (byte)Frame.Components.Length,
            .. Frame.Components.SelectMany((component, c) => (byte[])[(byte)(c + 1), (byte)((component.Horizontal << 4) | component.Vertical), (byte)c])]);
        byte[] few = [0, 0, 0, 0, 0, 0, 0, 16, .. new byte[8]], all = [0, 0, 0, 0, 0, 0, 0, 128, 128, .. new byte[7]];
        Segment(file, 0xc4, [0, .. few, .. Enumerable.Range(0, 16).Select(symbol => (byte)symbol), 16, .. all, .. Enumerable.Range(0, 256).Select(symbol => (byte)symbol)]);
        Segment(file, 0xda, [(byte)Frame.Components.Length, .. Frame.Components.SelectMany((_, c) => (byte[])[(byte)(c + 1), 0]), 0, 63, 0]);
        Scan(file);
        file.AddRange([0xff, 0xd9]);
        return [.. file];
    }

    private static void Segment(List<byte> file, byte marker, byte[] content) =>
        file.AddRange([0xff, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content]);

    private void Scan(List<byte> file)
    {
        ulong bits = 0;
        int count = 0;
        void Put(int value, int length)
        {
            bits = (bits << length) | ((uint)value & ((1UL << length) - 1));
            for (count += length; count >= 8; count -= 8)
            {
                var next = (byte)(bits >> (count - 8));
                file.Add(next);
                if (next == 0xff)
                {
                    file.Add(0);
                }
            }
        }

        void PutValue(int symbol, bool dc, int value, int category)
        {
            Put(dc || symbol < 128 ? symbol : 128 + symbol, dc || symbol < 128 ? 8 : 9);
            Put(value < 0 ? value - 1 : value, category);
        }

        var last = new int[Frame.Components.Length];
        for (int mcu = 0; mcu < Frame.McusWide * Frame.McusHigh; mcu++)
        {
            for (int c = 0; c < Frame.Components.Length; c++)
            {
                JpegComponent component = Frame.Components[c];
                for (int block = 0; block < component.Horizontal * component.Vertical; block++)
                {
                    int row = (mcu / Frame.McusWide * component.Vertical) + (block / component.Horizontal);
                    int column = (mcu % Frame.McusWide * component.Horizontal) + (block % component.Horizontal);
                    ReadOnlySpan<short> values = _blocks[c].AsSpan(64 * ((row * Frame.McusWide * component.Horizontal) + column), 64);
                    PutValue(Category(values[0] - last[c]), true, values[0] - last[c], Category(values[0] - last[c]));
                    last[c] = values[0];
                    int zeros = 0;
                    for (int k = 1; k < 64; k++)
                    {
                        int value = values[s_natural[k]];
                        if (value == 0)
                        {
                            zeros++;
                            continue;
                        }

                        for (; zeros >= 16; zeros -= 16)
                        {
                            PutValue(0xf0, false, 0, 0);
                        }

                        PutValue((zeros << 4) | Category(value), false, value, Category(value));
                        zeros = 0;
                    }

                    if (zeros > 0)
                    {
                        PutValue(0, false, 0, 0);
                    }
                }
            }
        }

        Put(0x7f, 7);
    }

    private static int Category(int value) => 32 - int.LeadingZeroCount(Math.Abs(value));
}
