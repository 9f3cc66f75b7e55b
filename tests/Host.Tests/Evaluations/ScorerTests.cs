using System.Text.Json;
using StreamTrainer.Host.Evaluations;
using StreamTrainer.Host.Statistics;
using StreamTrainer.Model.Evaluation;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Tests;
using TorchSharp;
using Xunit;

namespace StreamTrainer.Host.Tests.Evaluations;

/// <summary>Scores of answers: the golden ones, and hand-made ones whose scores can be counted on fingers.</summary>
public sealed class ScorerTests
{
    private static readonly EvaluationCell s_cell = new(224, 0.95);

    [Fact]
    public void The_golden_answers_have_the_golden_scores()
    {
        string file = TestPaths.GoldenFile("eval", "eval.json");
        Assert.SkipUnless(File.Exists(file), $"{file} is missing");
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(file));
        JsonElement root = golden.RootElement;
        int[] labels = [.. root.GetProperty("labels").EnumerateArray().Select(label => label.GetInt32())];
        int[][] real = [.. root.GetProperty("real").EnumerateArray().Select(list => list.EnumerateArray().Select(each => each.GetInt32()).ToArray())];
        float[] logits = [.. NumberFormula.Symmetric("eval.logits", labels.Length * 1000, 5).Select(value => (float)value)];
        SavedPredictions saved = Saved(labels, logits, 1000);
        string[] names = [.. Enumerable.Range(0, 1000).Select(i => $"c{i}")];
        Score val = Scorer.Of("val", s_cell, TestTimeAugmentation.None, "best", saved, null, names);
        Assert.Equal(labels.Length, val.Count);
        Assert.Equal(root.GetProperty("top1_percent").GetDouble(), 100 * val.Top1.Value, 1e-9);
        Assert.Equal(root.GetProperty("top5_percent").GetDouble(), 100 * val.Top5.Value, 1e-9);
        double entropy = root.GetProperty("mean_cross_entropy").GetDouble();
        Assert.Equal(entropy, val.Loss!.Value, entropy * 1e-6);
        Interval top1 = WilsonInterval.Of(root.GetProperty("top1_correct").GetInt64(), labels.Length);
        Assert.Equal((top1.Low, top1.High), (val.Top1.Low, val.Top1.High));
        Assert.InRange(val.Loss.Value, val.Loss.Low, val.Loss.High);
        Score scored = Scorer.Of("real", s_cell, TestTimeAugmentation.None, "best", saved, real, names);
        Assert.Equal((root.GetProperty("real_scored").GetInt32(), root.GetProperty("real_skipped").GetInt32()), (scored.Count, scored.Skipped));
        Assert.Equal(root.GetProperty("real_top1_percent").GetDouble(), 100 * scored.Top1.Value, 1e-9);
        Assert.Equal(root.GetProperty("real_top5_percent").GetDouble(), 100 * scored.Top5.Value, 1e-9);
        Assert.Null(scored.Loss);
    }

    [Fact]
    public void Classes_and_confusions_are_counted()
    {
        // Class 0: right, taken for 1, taken for 1. Class 1: right. Class 2: taken for 0. One image could not be used.
        SavedPredictions saved = Saved([0, 0, 0, 1, 2, -1], [3, 0, 0, 0, 3, 0, 1, 2, 0, 0, 5, 0, 9, 0, 0, 0, 0, 0], 3);
        Score score = Scorer.Of("val", s_cell, TestTimeAugmentation.Flip, "last", saved, null, ["cat", "dog", "owl", "a model may know more"]);
        Assert.Equal((5, 1, 0), (score.Count, score.Bad, score.Skipped));
        Assert.Equal([("cat", 3, 1 / 3.0), ("dog", 1, 1), ("owl", 1, 0)], score.Classes!.Select(each => (each.Name, each.Count, each.Top1.Value)));
        Assert.Equal([("cat", "dog", 2, 2 / 3.0), ("owl", "cat", 1, 1)], score.Confusions!.Select(each => (each.Truth, each.Taken, each.Count, each.Share.Value)));
        Assert.Equal(1, score.Top5.Value);
        Assert.Equal([true, false, false, true, false], score.Hits.Top1);
        double[] confidences = [Softmax(3, 0, 0), Softmax(3, 0, 0), Softmax(2, 1, 0), Softmax(5, 0, 0), Softmax(9, 0, 0)];
        Assert.Equal(Calibration.Of(confidences, score.Hits.Top1).Ece, score.Ece.Value, 1e-6);
        Assert.Equal(5, score.Reliability.Sum(bin => bin.Count));
        EvaluationRow row = EvaluationRow.Of(score, "file");
        Assert.Equal(("val", 224, 0.95, "flip", "last", 5L, 1L, 0.4, "file"), (row.Set, row.Resolution, row.CropPct, row.Tta, row.Weights, row.Count, row.Bad, row.Top1, row.Predictions));

        static double Softmax(params double[] logits) => Math.Exp(logits[0]) / logits.Sum(Math.Exp);
    }

    [Fact]
    public void Answers_that_are_no_numbers_and_sets_without_an_answer_are_told()
    {
        SavedPredictions broken = Saved([0, 1], [1, float.NaN, 0, 1], 2);
        Assert.Contains("1 of 2 images", Assert.Throws<RunFailedException>(() => Scorer.Of("val", s_cell, default, "best", broken, null, ["a", "b"])).Message, StringComparison.Ordinal);
        Assert.Contains("ReaL has no label", Assert.Throws<UserErrorException>(() => Scorer.Of("real", s_cell, default, "best", broken, [[], []], ["a", "b"])).Message, StringComparison.Ordinal);
        Assert.Contains("all are damaged", Assert.Throws<UserErrorException>(() => Scorer.Of("val", s_cell, default, "best", Saved([-1], [0, 0], 2), null, ["a", "b"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_models_are_compared_image_by_image()
    {
        // The second has seen the same images in another order, and one more.
        Score first = ScoreOf([true, true, true, false, false, true], [1, 2, 3, 4, 5, 6]), second = ScoreOf([true, false, true, false, true, true, false], [9, 6, 5, 4, 3, 2, 1]);
        PairedComparison found = PairedComparison.Of(first, second);
        Assert.Equal((6, 2L, 1L), (found.Count, found.FirstOnly, found.SecondOnly));
        Assert.Equal(1 / 6.0, found.Top1.Value, 1e-12);
        Assert.InRange(found.Top1.Value, found.Top1.Low, found.Top1.High);
        Assert.Equal(new McNemarTest(2, 1).Exact, found.P);
        Assert.Equal(first.Hits.Losses!.Average() - second.Hits.Losses!.Skip(1).Average(), found.Loss!.Value, 1e-12);
        Assert.Contains("no image of val in common", Assert.Throws<UserErrorException>(() => PairedComparison.Of(first, ScoreOf([true], [77]))).Message, StringComparison.Ordinal);

        static Score ScoreOf(bool[] hits, ulong[] images)
        {
            SavedPredictions saved = Saved([.. hits.Select(_ => 0)], [.. hits.SelectMany((hit, i) => hit ? (float[])[1 + i, 0] : [0, 1 + i])], 2) with { Images = images };
            return Scorer.Of("val", s_cell, default, "best", saved, null, ["a", "b"]);
        }
    }

    /// <summary>The least-squares line through the paper's table, by NumPy: tests/reference/statistics.py.</summary>
    [Fact]
    public void The_papers_line_is_that_of_least_squares()
    {
        JsonElement line = JsonDocument.Parse(File.ReadAllText(Path.Combine(TestPaths.Repository, "tests/Host.Tests/Statistics/statistics.json"))).RootElement.GetProperty("line");
        Assert.Equal(line.GetProperty("slope").GetDouble(), PaperLine.Instance.Slope, 1e-9);
        Assert.Equal(line.GetProperty("intercept").GetDouble(), PaperLine.Instance.Intercept, 1e-7);
        Assert.Equal(line.GetProperty("deviation").GetDouble(), PaperLine.Instance.Deviation, 1e-9);
        Assert.All(line.GetProperty("at").EnumerateArray(), row =>
        {
            double val = row.GetProperty("val").GetDouble();
            Interval found = PaperLine.Instance.Of(val);
            Assert.Equal(row.GetProperty("v2").GetDouble(), PaperLine.Instance.At(val), 1e-7);
            Assert.Equal(row.GetProperty("low").GetDouble(), found.Low, 1e-7);
            Assert.Equal(row.GetProperty("high").GetDouble(), found.High, 1e-7);
        });
    }

    [Theory]
    [InlineData(80.4, 68.7, "On")]
    [InlineData(80.4, 60.0, "Below")]
    [InlineData(80.4, 76.0, "Above")]
    [InlineData(54.0, 40.0, "Outside")]
    public void A_model_is_judged_by_the_line(double val, double v2, string verdict)
    {
        OverfittingCheck check = OverfittingCheck.Of(Share("val", val), Share("v2", v2));
        Assert.Equal(verdict, $"{check.Verdict}");
        Assert.Equal((val, v2), (check.Val, check.V2.Value), Near);

        static Score Share(string set, double percent)
        {
            int hits = (int)Math.Round(100 * percent);
            SavedPredictions saved = Saved([.. Enumerable.Repeat(0, 10_000)], [.. Enumerable.Range(0, 10_000).SelectMany(i => i < hits ? (float[])[1, 0] : [0, 1])], 2);
            return Scorer.Of(set, s_cell, default, "best", saved, null, ["a", "b"]);
        }

        static bool Near((double, double) one, (double, double) other) => Math.Abs(one.Item1 - other.Item1) < 1e-9 && Math.Abs(one.Item2 - other.Item2) < 1e-9;
    }

    internal static SavedPredictions Saved(int[] labels, float[] logits, int classes)
    {
        var answers = new ImagePredictions(labels.Length, classes);
        using torch.Tensor tensor = torch.tensor(logits, [labels.Length, classes]);
        answers.Add(tensor, [.. labels.Select(label => (long)label)], [.. Enumerable.Range(0, labels.Length).Select(i => (long)i)]);
        return new SavedPredictions(new PredictionKey("w", "d", "s"), [.. Enumerable.Range(0, labels.Length).Select(i => (ulong)i)], answers);
    }
}
