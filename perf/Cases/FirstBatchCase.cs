using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// From the start of a process to its first training batch of 64, on a tar whose cached index has as many entries as ImageNet
/// has training images. The entries are synthetic: they all point at the sample's 500 images.
/// </summary>
internal sealed class FirstBatchCase : IPerfCase
{
    /// <summary>The hidden command line word of the measured process.</summary>
    public const string ChildName = "first-batch-child";

    private const int Entries = 1_281_167, Classes = 1000, BatchSize = 64, Size = 224, Rounds = 5;

    public string Name => "first-batch";

    public string Description => "time from the start of a process to its first batch, on an index of 1,281,167 synthetic entries, and the index's memory";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        string tar = PerfData.File("imagenet-sample-500.tar");
        string cache = Directory.CreateTempSubdirectory("streamtrainer-perf-").FullName;
        try
        {
            Environment.SetEnvironmentVariable(DataCache.Variable, cache);
            Prepare(tar);
            Measure(tar, 0);
            // A fresh start and one in the middle of the third epoch, A B A B.
            (double[] Fresh, double[] Resumed)[] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => (Measure(tar, 0), Measure(tar, 2 * (Entries / BatchSize) + 9000)))];
            return
            [
                Figure.Of("firstBatch", "s", rounds.Select(round => round.Fresh[0])),
                Figure.Of("resumedBatch", "s", rounds.Select(round => round.Resumed[0])),
                Figure.Of("resumedOverFresh", "1", rounds.Select(round => round.Resumed[0] / round.Fresh[0])),
                Figure.Of("openIndex", "s", rounds.Select(round => round.Fresh[1])),
                Figure.Of("indexMemory", "By", rounds.Select(round => round.Fresh[2])),
            ];
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }
    }

    /// <summary>What the measured process does; prints seconds to the first batch, seconds to open, and bytes of the index.</summary>
    public static int Child(string tar, long step)
    {
        long before = GC.GetTotalMemory(forceFullCollection: false);
        long opening = Stopwatch.GetTimestamp();
        using ISampleSource source = SampleSources.Open(tar);
        double openSeconds = Stopwatch.GetElapsedTime(opening).TotalSeconds;
        var augment = new AugmentOptions { Size = Size };
        var plan = PipelinePlan.ForTraining(seed: 1, BatchSize, new ImageSize(Size, Size), epochs: 3, step, source.Count);
        using var pipeline = new ImagePipeline(
            source, () => new TrainTransform(augment, exifOrientation: false), new DataOptions(), plan, new NativeBatchMemory(), NullLogger.Instance);
        using Batch batch = pipeline.Take(CancellationToken.None)!;
        using var process = Process.GetCurrentProcess();
        double seconds = (DateTime.Now - process.StartTime).TotalSeconds;
        long memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds} {openSeconds} {memory} {source.Count}"));
        GC.KeepAlive(source);
        return 0;
    }

    /// <summary>Puts the synthetic index where the archive's own would be cached.</summary>
    private static void Prepare(string tar)
    {
        SampleSources.Open(tar).Dispose();
        using ByteFile file = ByteFile.Open(tar);
        var archive = TarIdentity.Of(file);
        SampleIndex real = TarIndexCache.Load(archive)
            ?? throw new UserErrorException($"{DataCache.Root}: the index of {tar} cannot be cached there");
        var names = new NameTable();
        for (int i = 0; i < Entries; i++)
        {
            // As long as ImageNet's own.
            names.Add(string.Create(CultureInfo.InvariantCulture, $"train/n{i % Classes:D8}/n{i % Classes:D8}_{i % 100_000}.JPEG"));
        }

        names.Trim();
        TarIndexCache.Save(archive, new SampleIndex
        {
            ClassNames = [.. Enumerable.Range(0, Classes).Select(label => string.Create(CultureInfo.InvariantCulture, $"n{label:D8}"))],
            Offsets = [.. Enumerable.Range(0, Entries).Select(i => real.Offsets[i % real.Count])],
            Lengths = [.. Enumerable.Range(0, Entries).Select(i => real.Lengths[i % real.Count])],
            Labels = [.. Enumerable.Range(0, Entries).Select(i => i % Classes)],
            Names = names,
        });
    }

    private static double[] Measure(string tar, long step)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // By `dotnet perf.dll` the process is dotnet itself; by its own executable it is not.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "StreamTrainer.Perf.dll"));
        }

        start.ArgumentList.Add(ChildName);
        start.ArgumentList.Add(tar);
        start.ArgumentList.Add(step.ToString(CultureInfo.InvariantCulture));
        using Process process = Process.Start(start)!;
        string answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        double[] values = [.. answer.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
        return process.ExitCode == 0 && values is [_, _, _, Entries]
            ? values
            : throw new InvalidOperationException($"the measured process ended with {process.ExitCode} and said '{answer}'");
    }
}
