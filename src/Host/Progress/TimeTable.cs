using System.Globalization;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Progress;

/// <summary>"Where the time went": the training thread's phases, which add up to the wall time, and what the pipeline's threads
/// did meanwhile.</summary>
internal static class TimeTable
{
    /// <summary>Writes the table and a sentence of what it means.</summary>
    public static void Write(TextWriter writer, TrainingResult result)
    {
        double wall = result.WallSeconds, sum = result.Phases.Sum(phase => phase.Value);
        writer.WriteLine("where the time went");
        foreach ((string name, double seconds) in result.Phases.Where(phase => phase.Value > 0))
        {
            writer.WriteLine(Row(name, seconds, wall));
        }

        writer.WriteLine(Row("sum", sum, wall));
        writer.WriteLine(Row("wall time", wall, wall));
        writer.WriteLine("the pipeline's threads meanwhile, all together");
        foreach ((string name, double seconds) in result.Stages)
        {
            writer.WriteLine(Format($"  {name,-28}{seconds,10:F2} s"));
        }

        writer.WriteLine(Verdict(result));
    }

    /// <summary>What to make of it.</summary>
    public static string Verdict(TrainingResult result)
    {
        double share = result.DataWaitShare;
        string busiest = result.Stages.Where(stage => !stage.Key.Contains(':', StringComparison.Ordinal)).OrderByDescending(stage => stage.Value).Select(stage => stage.Key).FirstOrDefault() ?? "nothing";
        return share < 0.02
            ? Format($"the trainer waited for data {100 * share:F1} % of the training time: the data is fast enough")
            : Format($"the trainer waited for data {100 * share:F1} % of the training time; the pipeline was busiest with: {busiest} (docs/stalls.md says what helps)");
    }

    private static string Row(string name, double seconds, double wall) =>
        Format($"  {name,-28}{seconds,10:F2} s {(wall > 0 ? 100 * seconds / wall : 0),7:F1} %");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
