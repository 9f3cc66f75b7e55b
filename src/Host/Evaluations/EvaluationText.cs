using System.Globalization;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Host.Evaluations;

/// <summary>An evaluation for people.</summary>
internal static class EvaluationText
{
    private const int Told = 5;

    /// <summary>Writes all of it.</summary>
    public static void Write(TextWriter writer, EvaluationAnswer answer)
    {
        writer.WriteLine($"{answer.Weights}, with 95 % intervals:");
        Table(writer, answer.Scores);
        if (answer.AgainstScores is { } others)
        {
            writer.WriteLine();
            writer.WriteLine($"{answer.AgainstWeights}:");
            Table(writer, others);
        }

        if (answer.Scores.Count == 1 && answer.Scores[0] is { Classes: { } classes, Confusions: { } confusions })
        {
            Hardest(writer, classes, confusions);
        }

        Comparisons(writer, answer.Comparisons ?? []);
        foreach (OverfittingCheck check in answer.Overfitting ?? [])
        {
            writer.WriteLine();
            writer.WriteLine(Verdict(check));
        }

        writer.WriteLine();
        writer.WriteLine($"predictions and evaluation.json: {answer.Folder}");
    }

    private static void Table(TextWriter writer, IReadOnlyList<Score> scores)
    {
        int width = Math.Max("set".Length, scores.Max(score => score.Set.Length));
        writer.WriteLine($"  {"set".PadRight(width)}  size   crop    images  {"top-1 %",-22}  {"top-5 %",-22}  {"loss",-23}  {"calibration error %",-21}");
        foreach (Score score in scores)
        {
            string tta = score.Tta == TestTimeAugmentation.None ? "" : $"  {TtaName.Of(score.Tta)}";
            string skipped = score.Skipped > 0 ? Format($"  {score.Skipped} without a label") : "", bad = score.Bad > 0 ? Format($"  {score.Bad} could not be used") : "";
            writer.WriteLine(Format(
                $"  {score.Set.PadRight(width)}  {score.Cell.Resolution,4}  {score.Cell.CropPct:0.000}  {score.Count,8}  {Percent(score.Top1),-22}  {Percent(score.Top5),-22}  {Nats(score.Loss),-23}  {Percent(score.Ece),-21}{tta}{skipped}{bad}").TrimEnd());
        }
    }

    private static void Hardest(TextWriter writer, IReadOnlyList<ClassScore> classes, IReadOnlyList<Confusion> confusions)
    {
        ClassScore[] hardest = [.. classes.Where(each => each.Top1.Value < 1).OrderBy(each => each.Top1.Value).Take(Told)];
        if (hardest.Length == 0)
        {
            return;
        }

        writer.WriteLine();
        writer.WriteLine($"hardest of {Counted.Of(classes.Count, "class", "classes")}, top-1 %:");
        foreach (ClassScore each in hardest)
        {
            writer.WriteLine(Format($"  {Percent(each.Top1),-22}  {each.Count,6}  {each.Name}"));
        }

        writer.WriteLine("most often taken for another, % of the class:");
        foreach (Confusion each in confusions.Take(Told))
        {
            writer.WriteLine(Format($"  {Percent(each.Share),-22}  {each.Count,6}  {each.Truth} for {each.Taken}"));
        }
    }

    private static void Comparisons(TextWriter writer, IReadOnlyList<PairedComparison> comparisons)
    {
        if (comparisons.Count == 0)
        {
            return;
        }

        writer.WriteLine();
        writer.WriteLine("the first less the second, on the same images; p by McNemar's exact test:");
        int width = Math.Max("set".Length, comparisons.Max(each => each.Set.Length));
        writer.WriteLine($"  {"set".PadRight(width)}  size   crop    images  {"top-1, points",-24}  {"p",-8}  {"only the first, only the second right",-37}  {"top-5, points",-24}  loss");
        foreach (PairedComparison each in comparisons)
        {
            string other = each.Cell == each.AgainstCell ? "" : Format($"  (the second at {each.AgainstCell.Resolution}, crop {each.AgainstCell.CropPct:0.000})");
            writer.WriteLine(Format(
                $"  {each.Set.PadRight(width)}  {each.Cell.Resolution,4}  {each.Cell.CropPct:0.000}  {each.Count,8}  {Points(each.Top1),-24}  {Probability(each.P),-8}  {$"{each.FirstOnly}, {each.SecondOnly}",-37}  {Points(each.Top5),-24}  {Signed(each.Loss)}{other}").TrimEnd());
        }
    }

    private static string Verdict(OverfittingCheck check)
    {
        string here = Format($"is it overfitting ({check.Cell.Resolution}, crop {check.Cell.CropPct:0.000})? val {check.Val:F2}, v2 {check.V2.Value:F2} [{check.V2.Low:F2}, {check.V2.High:F2}]");
        string line = Format($"the paper's models with this val have {check.Expected.Value:F2} [{check.Expected.Low:F2}, {check.Expected.High:F2}] on v2");
        return check.Verdict switch
        {
            LineVerdict.Outside => Format($"{here}; the paper has no model near: its val goes from {PaperLine.Instance.Low:F1} to {PaperLine.Instance.High:F1}, so its line says nothing"),
            LineVerdict.Below => $"{here}; {line}: it lies below, so part of its val comes from choices that were made by val",
            LineVerdict.Above => $"{here}; {line}: it lies above",
            _ => $"{here}; {line}: no sign of it",
        };
    }

    private static string Percent(Measure share) => Format($"{100 * share.Value,5:F2} [{100 * share.Low:F2}, {100 * share.High:F2}]");

    private static string Points(Measure share) => Format($"{100 * share.Value:+0.00;-0.00;0.00} [{100 * share.Low:+0.00;-0.00;0.00}, {100 * share.High:+0.00;-0.00;0.00}]");

    private static string Nats(Measure? loss) => loss is null ? "-" : Format($"{loss.Value:F4} [{loss.Low:F4}, {loss.High:F4}]");

    private static string Signed(Measure? loss) => loss is null ? "-" : Format($"{loss.Value:+0.0000;-0.0000;0.0000} [{loss.Low:+0.0000;-0.0000;0.0000}, {loss.High:+0.0000;-0.0000;0.0000}]");

    private static string Probability(double p) => p < 0.001 ? p.ToString("0.0e+0", CultureInfo.InvariantCulture) : p.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
