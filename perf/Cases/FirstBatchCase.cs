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
/// has training images; the same in the middle of an epoch, as a resumed run begins; and what order and index weigh, also where each
/// image comes so often that there are a billion samples. The entries are synthetic: they all point at the sample's 500 images.
/// </summary>
internal sealed class FirstBatchCase : IPerfCase
{
    /// <summary>The hidden command line word of the measured process.</summary>
    public const string ChildName = "first-batch-child";

    private const int Entries = 1_281_167, Classes = 1000, BatchSize = 64, Size = 224, Rounds = 5, BillionRepeats = 781;

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
            const long Middle = Entries / BatchSize / 2;
            string billion = string.Create(CultureInfo.InvariantCulture, $"{tar}?repeat={BillionRepeats}");
            var rounds = Enumerable.Range(0, Rounds).Select(_ => (Start: Measure(tar, 0), Resumed: Measure(tar, Middle), Billion: Measure(billion, 0))).ToArray();
            return
            [
                Figure.Of("first_batch_s", "s", rounds.Select(round => round.Start[0])),
                Figure.Of("first_batch_resumed", "1", rounds.Select(round => round.Resumed[0] / round.Start[0])),
                Figure.Of("first_batch_billion_s", "s", rounds.Select(round => round.Billion[0])),
                Figure.Of("open_index_s", "s", rounds.Select(round => round.Start[1])),
                Figure.Of("index_mb", "MBy", rounds.Select(round => round.Start[2] / 1e6)),
                Figure.Of("billion_mb", "MBy", rounds.Select(round => round.Billion[2] / 1e6)),
            ];
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }
    }

    /// <summary>What the measured process does; prints seconds to the first batch, seconds to open, and bytes of the index.</summary>
    public static int Child(string location, string step)
    {
        long before = GC.GetTotalMemory(forceFullCollection: false);
        long opening = Stopwatch.GetTimestamp();
        using ISampleSource source = SampleSources.Open(location);
        double openSeconds = Stopwatch.GetElapsedTime(opening).TotalSeconds;
        var augment = new AugmentOptions { Size = Size };
        var plan = PipelinePlan.ForTraining(seed: 1, BatchSize, new ImageSize(Size, Size), epochs: 1, long.Parse(step, CultureInfo.InvariantCulture), source.Count);
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

    private static double[] Measure(string location, long step)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // By `dotnet perf.dll` the process is dotnet itself; by its own executable it is not.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "StreamTrainer.Perf.dll"));
        }

        start.ArgumentList.Add(ChildName);
        start.ArgumentList.Add(location);
        start.ArgumentList.Add(step.ToString(CultureInfo.InvariantCulture));
        using Process process = Process.Start(start)!;
        string answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        double[] values = [.. answer.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
        return process.ExitCode == 0 && values is [_, _, _, Entries or (double)Entries * BillionRepeats]
            ? values
            : throw new InvalidOperationException($"the measured process ended with {process.ExitCode} and said '{answer}'");
    }
}
