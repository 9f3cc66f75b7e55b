using System.Globalization;
using StreamTrainer.Host.Progress;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Plans;

/// <summary>Plans in words and tables.</summary>
internal static class PlanText
{
    private static readonly Dictionary<string, string> s_stored = new(StringComparer.Ordinal) { [FeedMeasurement.Original] = "as it is" };

    /// <summary>A plan.</summary>
    public static IEnumerable<string> Of(RunPlan plan)
    {
        yield return Printable.Text(Line($"{plan.Recipe}: {plan.Model}, {Counted.Of(plan.Epochs, "epoch")} at {plan.TrainSize} px, on {plan.Devices} x {plan.Device}"));
        yield return "";
        yield return Row("hours", Line($"{plan.Hours:#,0.0#}"), Line($"{plan.Source}: {plan.Basis}"));
        if (plan.EvaluationHours is { } evaluation and > 0)
        {
            yield return Row("", "", Line($"{evaluation:#,0.0#} of them evaluations"));
        }

        if (plan.Errors is { } errors)
        {
            yield return Row("", "", $"of the table's own cells half are predicted within {Percent(errors.Median)}, the worst is off by {Percent(errors.Worst)} (--left-out)");
        }

        yield return Row("steps", Line($"{plan.Steps:N0}"), Line($"{plan.StepsPerEpoch:N0} an epoch, of {plan.BatchSize:N0} images"));
        yield return Row("images", Line($"{plan.Images:N0}"), Printable.Text(Line($"{Counted.Noun(plan.Samples, "sample")} of an epoch: {plan.Samples:N0} ({plan.SamplesOf})")));
        yield return Row("speed", Line($"{plan.ImagesPerSecond:#,0.#}"), Line($"images/s, {plan.ImagesPerSecond / plan.Devices:#,0.#} a device"));
        if (plan.PeakGb is { } peak)
        {
            string of = plan.DeviceGb is { } all ? Line($" of {all:F1}") : "";
            yield return Row("memory", Line($"{peak:F1} GB"), Line($"{plan.PeakSource}: at most, a device{of}, {Counted.Of(plan.DeviceImages, "image")} at once{(plan.Fits == false ? ": does not fit" : "")}"));
        }

        if (plan.Cost is { } cost)
        {
            yield return Row("cost", Line($"{cost:N2}"), Line($"{plan.Devices * plan.Hours:#,0.0#} device hours at {plan.Price:0.00##}"));
        }

        foreach (string line in Feeds(plan).Concat(Notes(plan)))
        {
            yield return line;
        }
    }

    /// <summary>The table that tells what predictions are worth.</summary>
    public static IEnumerable<string> Of(LeftOut leftOut)
    {
        yield return "Table 3 of the paper, hours, each row predicted from all other rows by multiply-adds, activations and images";
        yield return Line($"{"",-24}{"A1",8} {"predicted",10} {"",6}{"A2",8} {"predicted",10} {"",6}{"A3",8} {"predicted",10} {"",6}{"peak GB",10} {"predicted",10}");
        foreach (LeftOutCell[] row in leftOut.Cells.GroupBy(cell => cell.Model).Select(row => row.ToArray()))
        {
            string cells = string.Concat(row.Select(cell => Line($"{cell.Hours,8:F0} {cell.Predicted,10:F1} {Signed(cell.Error),6}")));
            yield return Line($"{row[0].Model,-24}{cells}{row[0].PeakGb,10:F1} {row[0].PredictedGb,10:F1} {Signed(row[0].PeakError),6}");
        }

        yield return "";
        yield return $"hours of a network that is not in the table:      {Words(leftOut.Hours)}";
        yield return $"hours at another resolution (A3 by A1, A1 by A3): {Words(leftOut.Resolution)}";
        yield return $"peak memory of a network that is not in the table: {Words(leftOut.Peak)}";
        yield return "A row is left out as a whole: its cells tell each other (A1's hours are twice A2's in every row).";
    }

    private static IEnumerable<string> Feeds(RunPlan plan)
    {
        if (plan.Feeds.Count == 0)
        {
            yield break;
        }

        yield return "";
        yield return Line($"{"the training set",-28}{"GB",10}{"cores to feed",16}{"images/s a core",18}");
        foreach (FeedNeed feed in plan.Feeds)
        {
            string name = s_stored.GetValueOrDefault(feed.Stored, $"pack --payload {feed.Stored}");
            string cores = Line($"{feed.WholeCores} ({feed.Cores:F1})");
            yield return Line($"  {name,-26}{feed.SizeGb,10:#,0.0##}{cores,16}{feed.ImagesPerCoreSecond,18:N0}");
        }

        yield return "  measured on this machine's cores, with images of the recipe's training set";
    }

    private static IEnumerable<string> Notes(RunPlan plan)
    {
        if (plan.Notes.Count > 0)
        {
            yield return "";
        }

        foreach (string note in plan.Notes)
        {
            yield return Printable.Text($"note: {note}");
        }
    }

    private static string Row(string name, string value, string text) => Line($"{name,-8}{value,14}  {text}");

    private static string Words(PredictionErrors errors) =>
        $"median {Percent(errors.Median)}, worst {Signed(errors.Worst)} ({errors.WorstModel}, {errors.WorstProcedure})";

    private static string Percent(double share) => Line($"{100 * Math.Abs(share):F0} %");

    private static string Signed(double share) => Line($"{100 * share:+0;-0;0}%");

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
