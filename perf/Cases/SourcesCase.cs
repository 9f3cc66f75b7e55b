using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Sources.Remote;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// What it costs to read from each kind of source, and what is left of the pipeline's speed behind a link of 20 ms and 1 Gbit/s:
/// shards of coefficients, random order, nothing cached, the device taking all it gets. The server is in this process.
/// </summary>
internal sealed class SourcesCase : IPerfCase
{
    private const int Size = 224, BatchSize = 50, Rounds = 5, Repeat = 16;
    private const double LinkBytes = 125e6;

    public string Name => "sources";

    public string Description => "reading from each kind of source, and shards over HTTP with 20 ms and 1 Gbit/s against the same shards on the disk";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        string tar = PerfData.File("imagenet-sample-500.tar");
        string folder = Directory.CreateTempSubdirectory("streamtrainer-perf-").FullName;
        try
        {
            string images = Path.Combine(folder, "images"), list = Path.Combine(folder, "list.csv"), pack = Path.Combine(folder, "pack");
            Unpack(tar, images, list);
            log.WriteLine("packing");
            using (ISampleSource source = SampleSources.Open($"{tar}?repeat={Repeat}"))
            {
                ShardPacker.Pack(source, pack, new PackOptions { Payload = ShardPayload.Coefficients }, Environment.ProcessorCount, null, CancellationToken.None);
            }

            var figures = new List<Figure>();
            foreach ((string name, string location) in (ReadOnlySpan<(string, string)>)[("tar", tar), ("folder", images), ("list", list), ("shards", pack)])
            {
                using ISampleSource source = SampleSources.Open(location);
                Read(source);
                figures.Add(Figure.Of($"read_{name}_us", "us", Enumerable.Range(0, Rounds).Select(_ => 1e6 * Read(source) / source.Count)));
            }

            figures.AddRange(Http(pack, folder, log));
            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The pipeline's speed from the disk and over the link, interleaved.</summary>
    private static List<Figure> Http(string pack, string folder, TextWriter log)
    {
        using ISampleSource local = SampleSources.Open(pack);
        long bytes = Directory.EnumerateFiles(pack, "*.bin").Sum(file => new FileInfo(file).Length);
        double link = LinkBytes / (bytes / (double)local.Count);
        List<double> shares = [], gets = [], disk = [], http = [];
        for (int round = 0; round <= Rounds; round++)
        {
            double near = Speed(local);
            RemoteOptions.Current = new RemoteOptions { Cache = new RangeCache(Path.Combine(folder, $"cache{round}"), 4L << 30) };
            using var server = new LinkServer(pack, TimeSpan.FromMilliseconds(20), LinkBytes);
            using ISampleSource remote = SampleSources.Open($"{server.Address}/{ShardFolder.IndexName}");
            long before = server.Requests;
            double far = Speed(remote);
            Directory.Delete(Path.Combine(folder, $"cache{round}"), recursive: true);
            log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round}: {near:F0} img/s from the disk, {far:F0} over the link, which carries {link:F0}"));
            if (round > 0)
            {
                disk.Add(near);
                http.Add(far);
                shares.Add(far / Math.Min(near, link));
                gets.Add((server.Requests - before) / (double)remote.Count);
            }
        }

        return
        [
            Figure.Of("http_share", "1", shares),
            Figure.Of("http_gets", "{request}", gets),
            Figure.Of("disk_images_per_second", "{image}/s", disk),
            Figure.Of("http_images_per_second", "{image}/s", http),
            Figure.Of("link_images_per_second", "{image}/s", [link]),
        ];
    }

    private static double Speed(ISampleSource source)
    {
        var augment = new AugmentOptions { Size = Size };
        var plan = PipelinePlan.ForTraining(seed: 1, BatchSize, new ImageSize(Size, Size), epochs: 1, step: 0, source.Count);
        long start = Stopwatch.GetTimestamp();
        using var pipeline = new ImagePipeline(
            source, () => new TrainTransform(augment, exifOrientation: false), new DataOptions(), plan, new NativeBatchMemory(), NullLogger.Instance);
        long images = 0;
        while (pipeline.Take(CancellationToken.None) is { } batch)
        {
            images += batch.Count;
            batch.Dispose();
        }

        return images / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Processor seconds of reading everything once, in a shuffled order.</summary>
    private static double Read(ISampleSource source)
    {
        var order = StreamTrainer.Pipeline.Sampling.EpochOrder.Shuffled(source.Count, 1, 0);
        return CpuTime.Of(() =>
        {
            using var sample = new EncodedSample();
            for (long i = 0; i < source.Count; i++)
            {
                source.Read(order[i], sample);
            }
        });
    }

    private static void Unpack(string tar, string folder, string list)
    {
        using ISampleSource source = SampleSources.Open(tar);
        using var sample = new EncodedSample();
        var lines = new StringBuilder("path,label\n");
        for (long i = 0; i < source.Count; i++)
        {
            source.Read(i, sample);
            string name = string.Create(CultureInfo.InvariantCulture, $"{source.ClassNames[source.LabelOf(i)]}/{i}.jpg");
            Directory.CreateDirectory(Path.Combine(folder, Path.GetDirectoryName(name)!));
            File.WriteAllBytes(Path.Combine(folder, name), sample.Bytes);
            lines.Append(CultureInfo.InvariantCulture, $"images/{name},{source.LabelOf(i)}\n");
        }

        File.WriteAllText(list, lines.ToString());
    }
}
