using StreamTrainer.Host.Reports.Reading;

namespace StreamTrainer.Host.Reports.Analysis;

/// <summary>What runs reach on test sets: the validation set as the training scored it, others as <c>eval</c> did.</summary>
internal static class TestScores
{
    /// <summary>The validation set's name.</summary>
    public const string Validation = "val";

    /// <summary>The sets of runs: the validation set, ReaL and V2 first, as the paper has them.</summary>
    public static IReadOnlyList<string> Sets(IEnumerable<RunRecord> runs) =>
        [.. runs.SelectMany(run => run.Evaluations).Select(entry => entry.Set).Prepend(Validation).Distinct(StringComparer.Ordinal)
            .OrderBy(set => set switch { Validation => 0, "real" => 1, "v2" => 2, _ => 3 }).ThenBy(set => set, StringComparer.Ordinal)];

    /// <summary>How a set is called on the page.</summary>
    public static string Title(string set) => set switch { Validation => "validation", "real" => "ReaL", "v2" => "V2", _ => set };

    /// <summary>A run's top-1 on a set in percent; null where it was not scored on it.</summary>
    public static double? Of(RunRecord run, string set) => set == Validation && run.Top1 is { } own ? own : Usual(run, set) is { } entry ? 100 * entry.Top1 : null;

    /// <summary>A run's top-1 on two sets by the same weights seen in the same way; null where there is none.</summary>
    public static (double One, double Other)? Pair(RunRecord run, string one, string other)
    {
        if (Usual(run, other) is not { } second)
        {
            return null;
        }

        EvaluationEntry? first = run.Evaluations.FirstOrDefault(entry => entry.Set == one && entry.Condition == second.Condition);
        double? score = first is not null ? 100 * first.Top1 : one == Validation ? run.Top1 : null;
        return score is { } value ? (value, 100 * second.Top1) : null;
    }

    /// <summary>The score of a set as the recipe evaluates: its resolution, its crop, its augmentation; the weights at the end rather than the
    /// best, which were chosen by their score. Null where there is none.</summary>
    public static EvaluationEntry? Usual(RunRecord run, string set) => run.Recipe is not { } recipe ? null
        : run.Evaluations.Where(entry => entry.Set == set)
            .Where(entry => entry.Resolution == recipe.Eval.Size && Math.Abs(entry.CropPct - recipe.Eval.CropPct) < 1e-9)
            .OrderBy(entry => string.Equals(entry.Condition.Tta, recipe.Eval.Tta.ToString(), StringComparison.OrdinalIgnoreCase) ? 0 : 1)
            .ThenBy(entry => entry.Weights switch { "last" => 0, "best" => 1, _ => 2 })
            .FirstOrDefault();
}
