using System.Globalization;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Diagnostics;

namespace StreamTrainer.Host.Progress;

/// <summary>"Where the time went": the training thread's phases, which add up to the wall time, and what the pipeline's threads
/// did meanwhile.</summary>
internal static class TimeTable
{
    private const double Negligible = 0.02, Small = 0.10;

    /// <summary>Writes the tables and a sentence of what they mean.</summary>
    public static void Write(TextWriter writer, TrainingResult result)
    {
        double wall = result.WallSeconds, sum = result.Phases.Sum(phase => phase.Value);
        writer.WriteLine("where the time went");
        foreach ((string name, double seconds) in result.Phases.Where(phase => phase.Value > 0))
        {
            writer.WriteLine(Row(name, seconds, Share(seconds, wall)));
        }

        writer.WriteLine(Row("sum", sum, Share(sum, wall)));
        writer.WriteLine(Row("wall time", wall, Share(wall, wall)));
        writer.WriteLine("the pipeline's threads meanwhile, all together");
        foreach ((string name, double seconds) in result.Stages)
        {
            string each = result.PipelineSamples > 0 ? Format($"{1e6 * seconds / result.PipelineSamples,8:F0} us an image") : "";
            writer.WriteLine(Row(name, seconds, each));
        }

        if (result.Stalls is { WaitedSeconds: > 0 } stalls)
        {
            writer.WriteLine("what the trainer waited for, after its first batch");
            foreach ((string name, double seconds) in stalls.Seconds.Where(cause => cause.Value > 0))
            {
                writer.WriteLine(Row(name, seconds, Share(seconds, stalls.WatchedSeconds)));
            }
        }

        writer.WriteLine(Verdict(result));
    }

    /// <summary>What to make of it.</summary>
    public static string Verdict(TrainingResult result)
    {
        if (result.Stalls is { Cause: StallCause.Transfer } stalls && result.DataWaitShare < Small && stalls.Share >= Small)
        {
            return Format($"copying to the device took {100 * stalls.Share:F1} % of the training time; {stalls.AdviceOn(StallCause.Transfer)} (docs/stalls.md)");
        }

        string waited = Format($"the trainer waited for data {100 * result.DataWaitShare:F1} % of the training time");
        return result.DataWaitShare switch
        {
            < Negligible => $"{waited}: the data is fast enough",
            < Small => $"{waited}: little to gain from a faster pipeline",
            _ => result.Stalls is { Cause: { } cause } waits
                ? $"{waited}, most of it for: {cause.Label()}; {waits.Advice} (docs/stalls.md)"
                : $"{waited} (docs/stalls.md says what helps)",
        };
    }

    private static string Row(string name, double seconds, string rest) => Format($"  {name,-28}{seconds,10:F2} s {rest}").TrimEnd();

    private static string Share(double seconds, double wall) => Format($"{(wall > 0 ? 100 * seconds / wall : 0),7:F1} %");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
