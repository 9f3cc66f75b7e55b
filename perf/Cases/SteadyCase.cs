using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// Whether a pipeline that runs for long stays as large as it is: resident memory of the process, first and last tenth of the time
/// after a warm-up. <c>STREAMTRAINER_PERF_SECONDS</c> says how long, by default a minute; an hour is the real test.
/// </summary>
internal sealed class SteadyCase : IPerfCase
{
    private const string Variable = "STREAMTRAINER_PERF_SECONDS", Sample = "imagenet-sample-500.tar", Policy = "rand-m7-mstd0.5-inc1";
    private const int DefaultSeconds = 60, Size = 224, BatchSize = 50;

    public string Name => "steady";

    public string Description => $"resident memory of the pipeline over time ({Variable}, by default {DefaultSeconds})";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        double seconds = double.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.Float, CultureInfo.InvariantCulture, out double given) ? given : DefaultSeconds;
        using ISampleSource source = SampleSources.Open(PerfData.File(Sample));
        var augment = new AugmentOptions { Size = Size, AutoAugment = Policy };
        PipelinePlan plan = PipelinePlan.ForTraining(seed: 1, BatchSize, new ImageSize(Size, Size), int.MaxValue, step: 0, source.Count);
        using var pipeline = new ImagePipeline(
            source, () => new TrainTransform(augment, exifOrientation: false), new DataOptions(), plan, new NativeBatchMemory(), NullLogger.Instance);
        var sizes = new List<(double At, double Bytes)>();
        long images = 0, start = Stopwatch.GetTimestamp();
        for (double at = 0; at < seconds;)
        {
            using (Batch batch = pipeline.Take(CancellationToken.None)!)
            {
                images += batch.Count;
            }

            double now = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (now - at >= seconds / 200)
            {
                sizes.Add((now, Resident()));
                if (sizes.Count % 10 == 0)
                {
                    GCMemoryInfo heap = GC.GetGCMemoryInfo();
                    log.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{now,6:F0} s {images,9} images: resident {Resident() / 1e6:F1} MB, of the process's own {Own("RssAnon:") / 1e6:F1}, of files {Own("RssFile:") / 1e6:F1}; managed {GC.GetTotalMemory(false) / 1e6:F1}, committed {heap.TotalCommittedBytes / 1e6:F1}, collections {GC.CollectionCount(0)}"));
                }

                at = now;
            }
        }

        // A fifth is warm-up: compilation, the largest image of all has been met by every buffer.
        double[] early = [.. sizes.Where(each => each.At >= seconds * 0.2 && each.At < seconds * 0.3).Select(each => each.Bytes)];
        double[] late = [.. sizes.Where(each => each.At >= seconds * 0.9).Select(each => each.Bytes)];
        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{images} images in {seconds:F0} s"));
        return
        [
            Figure.Of("resident_growth", "1", late.Select(bytes => bytes / early.Average() - 1)),
            Figure.Of("resident", "By", late),
            Figure.Of("images", "{image}", [images]),
        ];
    }

    /// <summary>A line of what Linux says of this process, in bytes; 0 elsewhere.</summary>
    private static double Own(string line) => !OperatingSystem.IsLinux() ? 0 : 1024 * File.ReadLines("/proc/self/status")
        .Where(each => each.StartsWith(line, StringComparison.Ordinal))
        .Sum(each => double.Parse(each.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));

    private static double Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
