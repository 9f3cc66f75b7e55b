using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// The resize of random resized crops of real images, against Pillow's: crops are decoded and cut on both sides before; what is
/// timed makes 8-bit RGB of the training size from each. Rows are pushed in strips, as a decoder gives them.
/// </summary>
internal sealed unsafe class ResizeCase : IPerfCase
{
    private const int Rounds = 9, Strip = 16, Slots = 64, Slack = 16;
    private const string Sample = "imagenet-sample-500.tar";

    private static readonly (string Name, Interpolation Filter, int Size)[] s_resizes =
    [
        ("bilinear", Interpolation.Bilinear, 224), ("bicubic", Interpolation.Bicubic, 224), ("bicubic160", Interpolation.Bicubic, 160),
    ];

    public string Name => "resize";

    public string Description => "Pillow's resize of random resized crops, to the bit, over Pillow";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        string tar = PerfData.File(Sample), boxes = Path.GetTempFileName();
        try
        {
            List<(nint Pixels, ImageSize Size)> crops = Cut(tar, boxes);
            var figures = new List<Figure>();
            foreach ((string name, Interpolation filter, int size) in s_resizes)
            {
                figures.AddRange(Measure(log, tar, boxes, crops, name, filter, size));
            }

            crops.ForEach(crop => NativeMemory.Free((void*)crop.Pixels));
            return figures;
        }
        finally
        {
            File.Delete(boxes);
        }
    }

    private static IEnumerable<Figure> Measure(TextWriter log, string tar, string boxes, List<(nint Pixels, ImageSize Size)> crops, string name, Interpolation filter, int size)
    {
        using var peer = new PeerProcess("pillow_resize.py", tar, boxes, $"{size}", filter.ToString());
        using var resampler = new Resampler();
        var target = new ImageSize(size, size);
        int bytes = 3 * size * size;
        byte* slots = (byte*)NativeMemory.Alloc((nuint)(Slots * bytes));
        try
        {
            using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            crops.ForEach(crop =>
            {
                Resize(resampler, crop, target, filter, slots);
                sha.AppendData(new ReadOnlySpan<byte>(slots, bytes));
            });
            string ours = Convert.ToHexStringLower(sha.GetHashAndReset()), theirs = peer.Ask("hash");
            log.WriteLine($"{name}: {crops.Count} crops a round, {Rounds} rounds; sha256 of all pixels {ours}, Pillow's {theirs}");
            if (ours != theirs)
            {
                throw new UserErrorException($"{name}: the pixels are not Pillow's, so there is nothing to measure");
            }

            void All()
            {
                for (int i = 0; i < crops.Count; i++)
                {
                    Resize(resampler, crops[i], target, filter, slots + (long)(i % Slots) * bytes);
                }
            }

            // The runtime compiles anew what runs often; let it.
            for (var warm = Stopwatch.StartNew(); warm.ElapsedMilliseconds < 1500;)
            {
                All();
            }

            Rounds seconds = Harness.Rounds.Interleave(Rounds, () => CpuTime.Of(All), () => peer.Work(crops.Count));
            using var stages = new ResizeStages(target, filter);
            double[] Stage(Action<(nint Pixels, ImageSize Size)> work) => [.. Enumerable.Range(0, Rounds).Select(_ => CpuTime.Of(() => crops.ForEach(work)))];
            double[] tables = Stage(crop => stages.Tables(crop.Size)), columns = Stage(crop => stages.Columns(crop.Size)), horizontal = Stage(crop => stages.Horizontal(crop.Size));
            double Microseconds(double second) => second / crops.Count * 1e6;
            return
            [
                Figure.Of($"resize_{name}", "1", seconds.Ratios.Select(ratio => 1 / ratio)),
                Figure.Of($"us_{name}", "us", seconds.A.Select(Microseconds)),
                Figure.Of($"pillow_us_{name}", "us", seconds.B.Select(Microseconds)),
                Figure.Of($"tables_us_{name}", "us", tables.Select(Microseconds)),
                Figure.Of($"horizontal_us_{name}", "us", horizontal.Zip(columns, (both, table) => Microseconds(both - table))),
            ];
        }
        finally
        {
            NativeMemory.Free(slots);
        }
    }

    private static void Resize(Resampler resampler, (nint Pixels, ImageSize Size) crop, ImageSize target, Interpolation filter, byte* output)
    {
        resampler.Prepare(crop.Size, target, new CropBox(0, 0, target.Width, target.Height), filter);
        resampler.Begin(false, output);
        int stride = 3 * crop.Size.Width;
        for (int y = 0; y < crop.Size.Height; y += Strip)
        {
            resampler.Push(new PixelView((byte*)crop.Pixels + (long)y * stride, crop.Size.Width, Math.Min(Strip, crop.Size.Height - y), stride));
        }
    }

    /// <summary>Decodes and cuts a crop of every image, and writes the boxes for the peer.</summary>
    private static List<(nint Pixels, ImageSize Size)> Cut(string tar, string boxes)
    {
        using ISampleSource source = SampleSources.Open(tar);
        using var decoder = new SampleDecoder(exifOrientation: false);
        using var sample = new EncodedSample();
        using var lines = new StreamWriter(boxes);
        var crops = new List<(nint, ImageSize)>();
        var options = new AugmentOptions();
        for (int index = 0; index < source.Count; index++)
        {
            source.Read(index, sample);
            SampleRandom draws = new SamplePlace(1, 0, index, index).Random();
            CropBox box = RandomResizedCrop.Draw(ref draws, decoder.Open(sample), options);
            lines.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{index} {box.Left} {box.Top} {box.Width} {box.Height}"));
            int stride = 3 * box.Width;
            var pixels = (byte*)NativeMemory.Alloc((nuint)(stride * box.Height + Slack));
            decoder.Start(box);
            for (int y = 0; y < box.Height;)
            {
                PixelView rows = decoder.Next();
                for (int row = 0; row < rows.Height; row++, y++)
                {
                    Buffer.MemoryCopy(rows.Row(row), pixels + (long)y * stride, stride, stride);
                }
            }

            decoder.Close();
            crops.Add(((nint)pixels, new ImageSize(box.Width, box.Height)));
        }

        return crops;
    }
}
