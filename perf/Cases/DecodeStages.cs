using System.Diagnostics;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Perf.Cases;

/// <summary>The parts of our JPEG decoder, each by itself.</summary>
internal sealed unsafe class DecodeStages : IDisposable
{
    private const int BlocksOfRow = 64, Columns = 512, Repeats = 100, Stretches = 200;

    private readonly EncodedSample[] _images;
    private readonly JpegHeader _header = new();
    private readonly BaselineScan _scan = new();
    private readonly CoefficientRow _row = new();
    private readonly PixelMemory _coefficients = new(), _steps = new(), _samples = new(), _rgb = new(), _sums = new();
    private readonly PixelKernels _kernels = PixelKernels.For(null);

    /// <summary>Takes the images, all ours; copies blocks of the first ones.</summary>
    public DecodeStages(EncodedSample[] images)
    {
        _images = images;
        var coefficients = (short*)_coefficients.Reserve(64 * sizeof(short) * BlocksOfRow);
        var steps = (short*)_steps.Reserve(64 * sizeof(short));
        int taken = 0;
        foreach (EncodedSample image in images)
        {
            JpegFrame frame = Open(image, out _);
            foreach (JpegComponent component in frame.Components)
            {
                Blocks += (long)frame.McusWide * component.Horizontal * frame.McusHigh * component.Vertical;
            }

            if (taken < BlocksOfRow && _scan.Read(_row))
            {
                // One block of many images: more kinds of content than a row of one.
                new Span<short>(_row.Blocks(0, 0), 64).CopyTo(new Span<short>(coefficients + (64 * taken++), 64));
                for (int i = 0; i < 64; i++)
                {
                    steps[i] = (short)frame.Components[0].Quantisation[i];
                }
            }
        }

        new Random(1).NextBytes(new Span<byte>(_samples.Reserve((8 * 8 * BlocksOfRow) + (2 * PixelKernels.Slack)), 8 * 8 * BlocksOfRow));
        _rgb.Reserve((3 * Columns) + (2 * PixelKernels.Slack));
        _sums.Reserve((sizeof(short) * Columns) + (2 * PixelKernels.Slack));
    }

    /// <summary>Blocks of all images.</summary>
    public long Blocks { get; }

    /// <summary>Reads the coefficients of all images, and makes nothing of them.</summary>
    public void Entropy()
    {
        foreach (EncodedSample image in _images)
        {
            Open(image, out int rows);
            for (; rows > 0; rows--)
            {
                _scan.Read(_row);
            }
        }
    }

    /// <summary>The inverse transform of a block, dequantisation and stores included.</summary>
    public double TransformNanoseconds() => Nanoseconds(
        () => _kernels.Transform((short*)_coefficients.Reserve(0), BlocksOfRow, (short*)_steps.Reserve(0), _samples.Reserve(0), 8 * BlocksOfRow), BlocksOfRow);

    /// <summary>YCbCr to packed RGB.</summary>
    public double ColourNanoseconds()
    {
        byte* samples = _samples.Reserve(0);
        return Nanoseconds(() => _kernels.YCbCr(samples, samples + Columns, samples + (2 * Columns), Columns, _rgb.Reserve(0)), Columns / 64);
    }

    /// <summary>A row of 4:2:0 chroma to twice its width, by the triangle filter in both directions.</summary>
    public double UpsamplingNanoseconds()
    {
        byte* samples = _samples.Reserve(0) + 64;
        return Nanoseconds(() => _kernels.WidenBoth(samples, samples + Columns, Columns / 2, (short*)_sums.Reserve(0), _rgb.Reserve(0)), Columns / 64);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _header.Dispose();
        _scan.Dispose();
        _row.Dispose();
        _coefficients.Dispose();
        _steps.Dispose();
        _samples.Dispose();
        _rgb.Dispose();
        _sums.Dispose();
    }

    /// <summary>The fastest of many short stretches: a stretch in which the thread was not interrupted.</summary>
    private static double Nanoseconds(Action work, int parts)
    {
        double best = double.MaxValue;
        for (int stretch = 0; stretch < Stretches; stretch++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Repeats; i++)
            {
                work();
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Repeats / parts);
        }

        return best;
    }

    private JpegFrame Open(EncodedSample image, out int rows)
    {
        _header.Read(image);
        JpegFrame frame = _header.Frame;
        rows = frame.McusHigh;
        var window = new McuWindow(0, 0, frame.McusWide, rows);
        _scan.Open(_header);
        _row.Reserve(frame, window);
        _scan.Start(window);
        return frame;
    }
}
