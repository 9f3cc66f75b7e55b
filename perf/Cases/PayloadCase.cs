using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// Coefficients from both payloads of shards against our own scan of the original files: sizes, nanoseconds a block of whole images,
/// and microseconds an image of the windows that random resized crops need. Everything is in memory; the coefficients are equal.
/// </summary>
internal sealed unsafe class PayloadCase : IPerfCase
{
    private const int Rounds = 7, Sets = 4, Slack = 64;
    private const string Sample = "imagenet-sample-500.tar";

    public string Name => "payloads";

    public string Description => "coefficients from shards' payloads, over our own decoder's entropy decoding of the original files";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        using var bench = new Bench(PerfData.File(Sample));
        log.WriteLine($"{bench.Count} images, {bench.Blocks} blocks; vectors: {VectorLevel.Current}");
        var figures = new List<Figure>
        {
            Figure.Of("size_coefficients", "1", [bench.CoefficientBytes / (double)bench.FileBytes]),
            Figure.Of("size_indexed", "1", [bench.IndexedBytes / (double)bench.FileBytes]),
            Figure.Of("read_coefficients", "1", [bench.ReadShare(bench.Coefficients)]),
            Figure.Of("read_indexed", "1", [bench.ReadShare(bench.Indexed)]),
            Figure.Of("encode_us_coefficients", "us", Times(() => bench.Encode(indexed: false)).Select(s => s / bench.Count * 1e6)),
            Figure.Of("encode_us_indexed", "us", Times(() => bench.Encode(indexed: true)).Select(s => s / bench.Count * 1e6)),
        };
        foreach (bool crop in (bool[])[false, true])
        {
            string kind = crop ? "crop" : "whole";
            (string Name, Action Work)[] sides =
            [
                ("scan", () => bench.Scan(crop)), ("indexed", () => bench.ReadIndexed(crop)), ("coefficients", () => bench.ReadCoefficients(crop)),
            ];
            foreach ((string _, Action work) in sides)
            {
                // The runtime compiles anew what runs often; let it.
                for (var warm = Stopwatch.StartNew(); warm.ElapsedMilliseconds < 1500;)
                {
                    work();
                }
            }

            var seconds = new double[sides.Length][];
            for (int s = 0; s < sides.Length; s++)
            {
                seconds[s] = new double[Rounds];
            }

            for (int round = 0; round < Rounds; round++)
            {
                for (int s = 0; s < sides.Length; s++)
                {
                    seconds[s][round] = CpuTime.Of(sides[s].Work);
                }
            }

            for (int s = 0; s < sides.Length; s++)
            {
                figures.Add(Figure.Of($"us_{kind}_{sides[s].Name}", "us", seconds[s].Select(second => second / bench.Count * 1e6)));
                if (!crop)
                {
                    figures.Add(Figure.Of($"ns_block_{sides[s].Name}", "ns", seconds[s].Select(second => second / bench.Blocks * 1e9)));
                }

                if (s > 0)
                {
                    figures.Add(Figure.Of($"{kind}_{sides[s].Name}", "1", seconds[0].Zip(seconds[s], (scan, payload) => scan / payload)));
                }
            }
        }

        return figures;
    }

    private static IEnumerable<double> Times(Action work)
    {
        work();
        return [.. Enumerable.Range(0, 3).Select(_ => CpuTime.Of(work))];
    }

    /// <summary>The images in all three kinds, and what reads them.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly List<(nint Data, int Length)> _files = [];
        private readonly List<McuWindow> _windows = [];
        private readonly List<CoefficientImage> _images = [];
        private readonly IndexedTables _tables;
        private readonly JpegHeader _header = new();
        private readonly BaselineScan _scan = new();
        private readonly CoefficientScan _coefficients = new();
        private readonly IndexedScan _indexed = new();
        private readonly CoefficientRow _row = new();
        private readonly ArrayBufferWriter<byte> _output = new();

        public Bench(string tar)
        {
            using ISampleSource source = SampleSources.Open(tar);
            using var sample = new EncodedSample();
            using var reader = new JpegCoefficients();
            var statistics = new List<IndexedStatistics>();
            var options = new AugmentOptions();
            for (int i = 0; i < source.Count; i++)
            {
                source.Read(i, sample);
                var image = new CoefficientImage();
                if (!reader.TryRead(sample, image))
                {
                    throw new UserErrorException($"{source.NameOf(i)}: not a JPEG that we decode; this measurement needs {Sample} as it was");
                }

                _images.Add(image);
                statistics.Add(new IndexedStatistics());
                statistics[^1].TryAdd(image);
                SampleRandom draws = new SamplePlace(1, 0, i, i).Random();
                _windows.Add(Window(image.Frame, RandomResizedCrop.Draw(ref draws, image.Frame.Size, options)));
                _files.Add(Keep(sample.Bytes));
                FileBytes += sample.Length;
                Blocks += CoefficientImage.Count(image.Frame);
            }

            _tables = IndexedTables.TryRead(IndexedTables.Learn(statistics, Sets).Write())!;
            IndexedBytes = _tables.Write().Length;
            for (int i = 0; i < _images.Count; i++)
            {
                _output.Clear();
                new CoefficientPayload().Encode(_images[i], _output);
                Coefficients.Add(Keep(_output.WrittenSpan));
                CoefficientBytes += _output.WrittenCount;
                _output.Clear();
                new IndexedPayload().TryEncode(_images[i], _tables, _output);
                Indexed.Add(Keep(_output.WrittenSpan));
                IndexedBytes += _output.WrittenCount;
            }
        }

        public List<(nint Data, int Length)> Coefficients { get; } = [];

        public List<(nint Data, int Length)> Indexed { get; } = [];

        public int Count => _files.Count;

        public long Blocks { get; }

        public long FileBytes { get; }

        public long CoefficientBytes { get; }

        public long IndexedBytes { get; }

        public void Scan(bool crop)
        {
            for (int i = 0; i < Count; i++)
            {
                _header.Read((byte*)_files[i].Data, _files[i].Length);
                _scan.Open(_header);
                Read(_scan, _header.Frame, crop ? _windows[i] : null);
            }
        }

        public void ReadCoefficients(bool crop)
        {
            for (int i = 0; i < Count; i++)
            {
                Read(_coefficients, OpenCoefficients(i), crop ? _windows[i] : null);
            }
        }

        public void ReadIndexed(bool crop)
        {
            for (int i = 0; i < Count; i++)
            {
                Read(_indexed, OpenIndexed(i), crop ? _windows[i] : null);
            }
        }

        public void Encode(bool indexed)
        {
            var coefficients = new CoefficientPayload();
            var segments = new IndexedPayload();
            foreach (CoefficientImage image in _images)
            {
                _output.Clear();
                if (indexed)
                {
                    segments.TryEncode(image, _tables, _output);
                }
                else
                {
                    coefficients.Encode(image, _output);
                }
            }
        }

        /// <summary>Which share of the payloads' bytes the crops read.</summary>
        public double ReadShare(List<(nint Data, int Length)> payloads)
        {
            long read = 0, all = 0;
            for (int i = 0; i < Count; i++)
            {
                McuWindow window = _windows[i];
                var ranges = new PayloadRange[window.Bottom - window.Top];
                if (payloads == Indexed)
                {
                    OpenIndexed(i);
                    _indexed.RangesFor(window, ranges);
                    read += _indexed.HeadLength;
                }
                else
                {
                    OpenCoefficients(i);
                    _coefficients.RangesFor(window, ranges);
                    read += _coefficients.HeadLength;
                }

                read += ranges.Sum(range => range.Length);
                all += payloads[i].Length;
            }

            return read / (double)all;
        }

        public void Dispose()
        {
            _header.Dispose();
            _scan.Dispose();
            _coefficients.Dispose();
            _indexed.Dispose();
            _row.Dispose();
            _tables.Dispose();
            _images.ForEach(image => image.Dispose());
            foreach ((nint data, int _) in _files.Concat(Coefficients).Concat(Indexed))
            {
                NativeMemory.Free((void*)data);
            }
        }

        private JpegFrame OpenCoefficients(int i) => _coefficients.TryOpen((byte*)Coefficients[i].Data, Coefficients[i].Length, out JpegFrame? frame)
            ? frame
            : throw new InvalidOperationException("our own payload is refused");

        private JpegFrame OpenIndexed(int i) => _indexed.TryOpen((byte*)Indexed[i].Data, Indexed[i].Length, _tables, out JpegFrame? frame)
            ? frame
            : throw new InvalidOperationException("our own payload is refused");

        private void Read(IBlockSource source, JpegFrame frame, McuWindow? crop)
        {
            McuWindow window = crop ?? new McuWindow(0, 0, frame.McusWide, frame.McusHigh);
            _row.Reserve(frame, window);
            source.Start(window);
            for (int y = window.Top; y < window.Bottom; y++)
            {
                if (!source.Read(_row))
                {
                    throw new InvalidOperationException("our own payload is damaged");
                }
            }
        }

        /// <summary>The MCUs of a box and of a pixel around it, which chroma's interpolation looks at.</summary>
        private static McuWindow Window(JpegFrame frame, in CropBox box)
        {
            int width = 8 * frame.MostHorizontal, height = 8 * frame.MostVertical;
            return new McuWindow(
                Math.Max(box.Left - 1, 0) / width, Math.Max(box.Top - 1, 0) / height,
                (Math.Min(box.Left + box.Width + 1, frame.Size.Width) + width - 1) / width,
                (Math.Min(box.Top + box.Height + 1, frame.Size.Height) + height - 1) / height);
        }

        private static (nint Data, int Length) Keep(ReadOnlySpan<byte> bytes)
        {
            var data = (byte*)NativeMemory.Alloc((nuint)(bytes.Length + Slack));
            bytes.CopyTo(new Span<byte>(data, bytes.Length));
            return ((nint)data, bytes.Length);
        }
    }
}
