using StreamTrainer.Host.Reports.Reading;

namespace StreamTrainer.Host.Reports.Analysis;

/// <summary>What the runs of a recipe have in common.</summary>
internal static class Means
{
    /// <summary>The mean over the complete runs that have the value; null where none has.</summary>
    public static double? Of(RunGroup group, Func<RunRecord, double?> value)
    {
        ArgumentNullException.ThrowIfNull(group);
        double[] known = [.. group.Scored.Select(value).Where(each => each is not null).Select(each => each!.Value)];
        return known.Length == 0 ? null : known.Average();
    }

    /// <summary>The words that they say, each once.</summary>
    public static string Same(RunGroup group, Func<RunRecord, string?> value)
    {
        ArgumentNullException.ThrowIfNull(group);
        return string.Join("; ", group.Scored.Select(value).Where(each => each is not null).Distinct());
    }
}
