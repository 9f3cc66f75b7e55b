using StreamTrainer.Host.Evaluations;
using StreamTrainer.Host.Reports.Reading;

namespace StreamTrainer.Host.Reports.Analysis;

/// <summary>What runs reach on test sets: the validation set as the training scored it, others as <c>eval</c> did.</summary>
internal static class TestScores
{
    /// <summary>The sets of runs: the validation set, ReaL and V2 first, as the paper has them.</summary>
    public static IReadOnlyList<string> Sets(IEnumerable<RunRecord> runs) =>
        [.. runs.SelectMany(run => run.Evaluations).Select(entry => entry.Set).Prepend(TestSet.Val).Distinct(StringComparer.Ordinal)
            .OrderBy(set => set switch { TestSet.Val => 0, TestSet.Real => 1, TestSet.V2 => 2, _ => 3 }).ThenBy(set => set, StringComparer.Ordinal)];

    /// <summary>How a set is called on the page.</summary>
    public static string Title(string set) => set switch { TestSet.Val => "validation", TestSet.Real => "ReaL", TestSet.V2 => "V2", _ => set };

    /// <summary>A run's top-1 on a set in percent; null where it was not scored on it.</summary>
    public static double? Of(RunRecord run, string set) => set == TestSet.Val && run.Top1 is { } own ? own : Usual(run, set) is { } entry ? 100 * entry.Top1 : null;

    /// <summary>A run's top-1 on two sets by the same weights seen in the same way; null where there is none.</summary>
    public static (double One, double Other)? Pair(RunRecord run, string one, string other)
    {
        if (Usual(run, other) is not { } second)
        {
            return null;
        }

        EvaluationRow? first = run.Evaluations.FirstOrDefault(entry => entry.Set == one && SeenAlike(entry, second));
        double? score = first is not null ? 100 * first.Top1 : one == TestSet.Val ? run.Top1 : null;
        return score is { } value ? (value, 100 * second.Top1) : null;
    }

    /// <summary>The score of a set as the recipe evaluates: its resolution, its crop, its augmentation; the weights at the end rather than the
    /// best, which were chosen by their score. Null where there is none.</summary>
    public static EvaluationRow? Usual(RunRecord run, string set) => run.Recipe is not { } recipe ? null
        : run.Evaluations.Where(entry => entry.Set == set)
            .Where(entry => entry.Resolution == recipe.Eval.Size && Math.Abs(entry.CropPct - recipe.Eval.CropPct) < 1e-9)
            .OrderBy(entry => string.Equals(entry.Tta, recipe.Eval.Tta.ToString(), StringComparison.OrdinalIgnoreCase) ? 0 : 1)
            .ThenBy(entry => entry.Weights switch { "last" => 0, "best" => 1, _ => 2 })
            .FirstOrDefault();

    private static bool SeenAlike(EvaluationRow one, EvaluationRow other) =>
        (one.Resolution, one.CropPct, one.Tta, one.Weights) == (other.Resolution, other.CropPct, other.Tta, other.Weights);
}
