using System.Diagnostics;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// What shards cost to make, to check and to open: images a second of one core packed and verified, sizes over the originals; the
/// checksum's speed on samples in the cache; and how long a pack of as many samples as ImageNet has takes until the first of them
/// can be read, with the memory that its index keeps.
/// </summary>
internal sealed class ShardsCase : IPerfCase
{
    private const int Rounds = 7, ManySamples = 1_281_167, SampleBytes = 110_000;
    private const string Sample = "imagenet-sample-500.tar";

    public string Name => "shards";

    public string Description => "packing, verifying and opening shards; sizes; the checksum";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        string tar = PerfData.File(Sample), folder = Directory.CreateTempSubdirectory("streamtrainer-perf-").FullName;
        try
        {
            var figures = new List<Figure>();
            using ISampleSource source = SampleSources.Open(tar);
            figures.AddRange(Pack(source, folder, log));
            figures.Add(Checksum());
            figures.AddRange(Open(Path.Combine(folder, "many"), log));
            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<Figure> Pack(ISampleSource source, string folder, TextWriter log)
    {
        var sides = new List<Func<double>>();
        var names = new List<string>();
        var sizes = new List<Figure>();
        foreach (ShardPayload payload in Enum.GetValues<ShardPayload>())
        {
            string name = ShardText.Of(payload), path = Path.Combine(folder, name);
            void Make()
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path, recursive: true);
                }

                ShardPacker.Pack(source, path, new PackOptions { Payload = payload }, 1, null, CancellationToken.None);
            }

            names.Add($"pack_{name}");
            sides.Add(() => CpuTime.Of(Make));
            names.Add($"verify_{name}");
            sides.Add(() => CpuTime.Of(() => ShardVerifier.Verify(path, source, long.MaxValue, 1, null, CancellationToken.None)));
            Make();
            PackInspection pack = ShardInspector.Pack(path);
            sizes.Add(Figure.Of($"size_{name}", "1", [pack.Content.Bytes / (double)pack.Content.SourceBytes]));
        }

        log.WriteLine($"packing and verifying {source.Count} images, one worker, {Rounds} rounds, user and system time");
        double[][] seconds = Harness.Rounds.Interleave(Rounds, sides);
        return [.. names.Select((name, i) => Figure.Of(name, "{image}/s", seconds[i].Select(each => source.Count / each))), .. sizes];
    }

    private static Figure Checksum()
    {
        var data = new byte[SampleBytes];
        new Random(1).NextBytes(data);
        uint sum = 0;
        var rates = new List<double>();
        for (int round = -2; round < Rounds; round++)
        {
            const int Times = 5000;
            double seconds = CpuTime.Of(() =>
            {
                for (int i = 0; i < Times; i++)
                {
                    sum ^= Crc32C.Of(data);
                }
            });
            if (round >= 0)
            {
                rates.Add(Times * (double)SampleBytes / seconds / 1e9);
            }
        }

        GC.KeepAlive(sum);
        return Figure.Of("crc32c", "GBy/s", rates);
    }

    private static IEnumerable<Figure> Open(string folder, TextWriter log)
    {
        log.WriteLine($"a pack of {ManySamples} small samples");
        using (var many = new ManySource())
        {
            ShardPacker.Pack(many, folder, new PackOptions { Payload = ShardPayload.Copy, ShardSize = 64 << 20 }, Environment.ProcessorCount, null, CancellationToken.None);
        }

        var times = new List<double>();
        double bytes = 0;
        for (int round = -1; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            using ISampleSource packed = SampleSources.Open(folder);
            using var sample = new EncodedSample();
            packed.Read(packed.Count - 1, sample);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            bytes = ShardInspector.Pack(folder).IndexBytes / (double)ManySamples;
            if (round >= 0)
            {
                times.Add(seconds);
            }
        }

        return [Figure.Of("open_1281167", "s", times), Figure.Of("index_per_sample", "By", [bytes])];
    }

    /// <summary>As many samples as ImageNet trains on, named alike, of no bytes to speak of.</summary>
    private sealed class ManySource : ISampleSource
    {
        public string Name => "many";

        public long Count => ManySamples;

        public IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, 1000).Select(i => $"n{i:D8}")];

        public int LabelOf(long index) => (int)(index * 1000 / ManySamples);

        public string NameOf(long index) => PathOf(index);

        public string PathOf(long index) => $"{ClassNames[LabelOf(index)]}/{ClassNames[LabelOf(index)]}_{index % 1300}.JPEG";

        public void Read(long index, EncodedSample sample)
        {
            sample.Kind = PayloadKind.RawGrey;
            sample.Reserve(16).Fill((byte)index);
            (sample.Width, sample.Height) = (4, 4);
        }

        public void Dispose()
        {
        }
    }
}
