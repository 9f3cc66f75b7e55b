using System.Globalization;
using StreamTrainer.Host.Progress;

namespace StreamTrainer.Host.Pipelines;

/// <summary>A measured pipeline in words and tables.</summary>
internal static class PipelineBenchText
{
    private const string Waits = ": ";

    private static readonly Dictionary<string, string> s_waits = new(StringComparer.Ordinal)
    {
        ["read: waiting for workers"] = "readers wait for workers",
        ["read: ring full"] = "readers wait for a free batch",
        ["workers: waiting for bytes"] = "workers wait for bytes",
    };

    /// <summary>What was measured, the speed, the limit, and where the time goes.</summary>
    public static IEnumerable<string> Speed(PipelineBenchReport report)
    {
        yield return Printable.Text(report.Source);
        yield return Line($"{Count(report.Samples, "image")}, made {report.ImageSize} px, batches of {report.BatchSize}, shuffle {report.Shuffle}; {Count(report.Workers, "worker")} on {Count(report.Cores, "core")}");
        yield return "";
        yield return Row("speed", Line($"{report.ImagesPerSecond:N0} images/s; {report.ImagesPerCoreSecond:N0} images/s for each core at work"));
        yield return Row("limit", report.Limit is { } limit ? $"{limit}: {report.Advice}" : "nothing was waited for");
        if (report.Rate is { } rate && report.CoresNeeded is { } needed)
        {
            yield return Row("device", Line($"{rate:N0} images/s needs {Count(needed, "core")} ({report.CoresForRate:N1} at work); this machine has {report.Cores}"));
        }

        yield return "";
        yield return Line($"{"threads' time",-38}{"us an image",12}");
        foreach ((string stage, double seconds) in report.Stages.OrderBy(stage => stage.Key.Contains(Waits, StringComparison.Ordinal)))
        {
            yield return Line($"  {s_waits.GetValueOrDefault(stage, stage),-36}{1e6 * seconds / Math.Max(1, report.Images),12:N0}");
        }
    }

    /// <summary>What each order reads.</summary>
    public static IEnumerable<string> Reads(PipelineBenchReport report)
    {
        bool remote = report.Reads.All(order => order.SeeksPerImage is null);
        yield return "";
        yield return Line($"{"what is read an image",-38}{"kB",12}{(remote ? "requests" : "reads"),12}{(remote ? "" : Line($"{"seeks",12}")),0}");
        foreach (OrderReads order in report.Reads)
        {
            string name = order.Shuffle == report.Shuffle ? $"{order.Shuffle} (the recipe's)" : order.Shuffle;
            string seeks = order.SeeksPerImage is { } each ? Line($"{each,12:F3}") : "";
            yield return Line($"  {name,-36}{order.BytesPerImage / 1e3,12:N1}{order.RequestsPerImage,12:F3}{seeks}");
        }

        string cut = report.Reads.Any(order => order.Cut) ? ", for which there was time" : "";
        yield return Line($"  counted over {Count(report.Reads.Min(order => order.Images), "image")}{cut}; {(remote ? "nothing of them lay in the cache" : "a seek is a read that does not go on where the file's last one ended")}");
    }

    /// <summary>What packing brings.</summary>
    public static IEnumerable<string> Pack(PipelineBenchReport report)
    {
        if (report.Pack is not { } pack)
        {
            yield break;
        }

        yield return "";
        if (pack.LeftOut is { } reason)
        {
            yield return "what pack would bring";
            yield return Printable.Text($"  not measured: {reason}");
            yield break;
        }

        string cores = report.Rate is { } rate ? Line($"   cores for {rate:N0}/s") : "";
        yield return Line($"{"what pack would bring",-38}{"images/s",12}{"speed",12}{"size",12}{cores}");
        foreach (PayloadTrial trial in pack.Payloads)
        {
            string name = trial.Payload == "original" ? "the samples as they are" : $"pack --payload {trial.Payload}";
            string needed = trial.CoresForRate is { } work ? Line($"{work:N1}").PadLeft(cores.Length) : "";
            yield return Line($"  {name,-36}{trial.ImagesPerSecond,12:N0}{Line($"{trial.Speedup:F2}x"),12}{Line($"{trial.SizeRatio:F2}x"),12}{needed}");
        }

        string others = pack.Jpegs < pack.Samples ? Line($", {pack.Jpegs} of them JPEGs") : "";
        yield return Line($"  measured in turns on {Count(pack.Samples, "image")} of the set drawn at random{others} ({pack.Bytes / 1e6:N0} MB); the pixels are the same");
    }

    private static string Row(string name, string text) => Printable.Text($"{name,-8}{text}");

    private static string Count(long count, string what) => Line($"{count:N0} {what}{(count == 1 ? "" : "s")}");

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
