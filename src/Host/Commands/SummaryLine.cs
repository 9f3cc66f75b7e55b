using System.Globalization;
using StreamTrainer.Host.Runs;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary>A run's end in a line.</summary>
internal static class SummaryLine
{
    public static string Of(RunSummary summary, string path)
    {
        string score = summary.Top1 is { } top1 ? string.Create(CultureInfo.InvariantCulture, $"top-1 {100 * top1:F2} %, top-5 {100 * summary.Top5 ?? 0:F2} %, ") : "";
        string loss = summary.Loss is { } value ? string.Create(CultureInfo.InvariantCulture, $"loss {value:F4}, ") : "";
        string bad = summary.BadSamples > 0 ? $", {Counted.Of(summary.BadSamples, "sample")} could not be used (bad-samples.txt)" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{summary.State.ToString().ToLowerInvariant()}: {score}{loss}{Counted.Of(summary.Steps, "step")} in {summary.WallSeconds:F1} s, {summary.ImagesPerSecond:F0} images/s, data wait {100 * summary.DataWaitShare:F1} %{bad}; {path}");
    }
}
