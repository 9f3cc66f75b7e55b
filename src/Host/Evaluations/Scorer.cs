using System.Globalization;
using StreamTrainer.Host.Statistics;
using StreamTrainer.Model.Evaluation;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Host.Evaluations;

/// <summary>Makes scores of a model's answers.</summary>
internal static class Scorer
{
    /// <summary>How many confused pairs are told.</summary>
    public const int MostConfusions = 20;

    // Efron and Tibshirani (1993, section 14.3) find 1000 enough for an interval's ends.
    private const int Resamples = 1000;

    /// <summary>Scores.</summary>
    /// <param name="set">The test set's name.</param>
    /// <param name="cell">The test image.</param>
    /// <param name="tta">Test-time augmentation.</param>
    /// <param name="weights">Which weights.</param>
    /// <param name="saved">The answers.</param>
    /// <param name="right">The right answers of each image, an empty list: not to be counted; none: each image's one class.</param>
    /// <param name="classNames">The classes in the classifier's order, as far as they are known.</param>
    /// <exception cref="UserErrorException">No image is counted.</exception>
    /// <exception cref="RunFailedException">Answers are no numbers.</exception>
    public static Score Of(
        string set, EvaluationCell cell, TestTimeAugmentation tta, string weights, SavedPredictions saved, int[][]? right, IReadOnlyList<string> classNames)
    {
        ImagePredictions answers = saved.Answers;
        int[] scored = [.. Enumerable.Range(0, answers.Count).Where(answers.Scored)];
        int[] counted = right is null ? scored : [.. scored.Where(i => right[i].Length > 0)];
        if (counted.Length == 0)
        {
            throw new UserErrorException($"--on {set}: none of its {Counted.Of(answers.Count, "image")} can be counted: {(scored.Length == 0 ? "all are damaged" : "ReaL has no label for any")}");
        }

        if (counted.Count(i => !answers.IsFinite(i)) is > 0 and var broken)
        {
            throw new RunFailedException($"the answers to {broken} of {Counted.Of(counted.Length, "image")} of {set} are no numbers: the weights are broken, or the arithmetic overflows; fp32 does not (train.precision)");
        }

        ReadOnlySpan<int> RightOf(int i) => right is null ? new ReadOnlySpan<int>(in answers.Labels[i]) : right[i];
        bool[] top1 = [.. counted.Select(i => answers.Hits(i, RightOf(i), 1))], top5 = [.. counted.Select(i => answers.Hits(i, RightOf(i), ImagePredictions.MostKept))];
        double[]? losses = right is null ? [.. counted.Select(answers.CrossEntropy)] : null;
        // Rounding may leave a probability a little above one.
        double[] confidences = [.. counted.Select(i => Math.Min(1, answers.Confidence(i)))];
        Calibration calibration = Calibration.Of(confidences, top1);
        return new Score
        {
            Set = set,
            Cell = cell,
            Tta = tta,
            Weights = weights,
            Count = counted.Length,
            Skipped = scored.Length - counted.Length,
            Bad = answers.Count - scored.Length,
            Top1 = Measure.Share(top1.LongCount(hit => hit), counted.Length),
            Top5 = Measure.Share(top5.LongCount(hit => hit), counted.Length),
            Loss = losses is null ? null : Measure.Of(losses.Average(), Bootstrap.Mean(losses, resamples: Resamples).Percentile),
            Ece = Measure.Of(calibration.Ece, Calibration.EceInterval(confidences, top1, resamples: Resamples)),
            Reliability = [.. calibration.Bins.Where(bin => bin.Count > 0)],
            Classes = right is null ? Classes(answers, counted, classNames) : null,
            Confusions = right is null ? Confusions(answers, counted, classNames) : null,
            Hits = new ImageHits([.. counted.Select(i => saved.Images[i])], top1, top5, losses),
        };
    }

    private static ClassScore[] Classes(ImagePredictions answers, int[] counted, IReadOnlyList<string> names)
    {
        var counts = new int[answers.Classes];
        var hits = new int[answers.Classes];
        foreach (int i in counted)
        {
            counts[answers.Labels[i]]++;
            hits[answers.Labels[i]] += answers.Best(i) == answers.Labels[i] ? 1 : 0;
        }

        return [.. Enumerable.Range(0, answers.Classes).Where(c => counts[c] > 0).Select(c => new ClassScore(Name(names, c), counts[c], Measure.Share(hits[c], counts[c])))];
    }

    private static Confusion[] Confusions(ImagePredictions answers, int[] counted, IReadOnlyList<string> names)
    {
        Dictionary<int, int> ofClass = counted.GroupBy(i => answers.Labels[i]).ToDictionary(group => group.Key, group => group.Count());
        return [.. counted.Where(i => answers.Best(i) != answers.Labels[i])
            .GroupBy(i => (Truth: answers.Labels[i], Taken: answers.Best(i)))
            .OrderByDescending(pair => pair.Count()).ThenBy(pair => pair.Key)
            .Take(MostConfusions)
            .Select(pair => new Confusion(Name(names, pair.Key.Truth), Name(names, pair.Key.Taken), pair.Count(), Measure.Share(pair.Count(), ofClass[pair.Key.Truth])))];
    }

    /// <summary>Of an output that no class of the data belongs to only the number is known.</summary>
    private static string Name(IReadOnlyList<string> names, int output) => output < names.Count ? names[output] : output.ToString(CultureInfo.InvariantCulture);
}
