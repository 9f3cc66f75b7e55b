using System.Text.Json;
using CsCheck;
using StreamTrainer.Host.Statistics;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Statistics;

/// <summary>The statistics functions against published worked examples and SciPy: <c>statistics.json</c>, written by
/// <c>tests/reference/statistics.py</c>, where the sources stand.</summary>
public sealed class StatisticsTests
{
    private const string Folder = "tests/Host.Tests/Statistics";

    private static readonly JsonElement s_cases =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(TestPaths.Repository, Folder, "statistics.json"))).RootElement;

    [Fact]
    public void Wilson_intervals_are_those_of_newcombe_and_scipy()
    {
        Assert.All(Rows("wilson"), row =>
        {
            Interval found = WilsonInterval.Of(row.GetProperty("k").GetInt64(), row.GetProperty("n").GetInt64(), Number(row, "confidence"));
            Assert.Equal(Number(row, "low"), found.Low, 1e-12);
            Assert.Equal(Number(row, "high"), found.High, 1e-12);
            if (row.TryGetProperty("published", out JsonElement published))
            {
                Assert.Equal(published[0].GetDouble(), found.Low, 5e-5);
                Assert.Equal(published[1].GetDouble(), found.High, 5e-5);
            }
        });
        Assert.Contains(Rows("wilson"), row => row.TryGetProperty("published", out _));
        Assert.Equal(new Interval(0, 1), WilsonInterval.Of(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.Of(3, 2));
    }

    [Fact]
    public void A_wilson_interval_holds_its_proportion_and_narrows_with_more_trials() =>
        Gen.Select(Gen.Long[1, 100_000], Gen.Double[0, 1]).Sample((count, share) =>
        {
            long successes = (long)(share * count);
            Interval once = WilsonInterval.Of(successes, count), often = WilsonInterval.Of(10 * successes, 10 * count);
            Assert.True(once.Low >= 0 && once.High <= 1 && once.Contains((double)successes / count));
            Assert.True(often.High - often.Low < once.High - once.Low);
        });

    [Fact]
    public void Mcnemar_is_that_of_the_examples_and_of_scipy()
    {
        Assert.All(Rows("mcnemar"), row =>
        {
            var test = new McNemarTest(row.GetProperty("b").GetInt64(), row.GetProperty("c").GetInt64());
            (string Name, double Found)[] found = [("exact", test.Exact), ("chiSquare", test.ChiSquare), ("chiSquareP", test.ChiSquareP)];
            Assert.All(found, each =>
            {
                double expected = Number(row, each.Name);
                Assert.Equal(expected, each.Found, 1e-9 * expected);
                if (row.GetProperty("published").TryGetProperty(each.Name, out JsonElement published))
                {
                    Assert.Equal(published.GetDouble(), each.Found, 1e-11);
                }
            });
            Assert.Equal(test.Exact, new McNemarTest(test.SecondOnly, test.FirstOnly).Exact);
        });
        Assert.Equal(new McNemarTest(2, 1), McNemarTest.Of([true, true, false, true, false], [false, false, true, true, false]));
        Assert.Throws<ArgumentException>(() => McNemarTest.Of([true], [true, false]));
    }

    [Fact]
    public void Quantiles_are_numpys()
    {
        JsonElement quantile = s_cases.GetProperty("quantile");
        double[] sorted = Numbers(quantile, "sorted");
        Assert.All(quantile.GetProperty("of").EnumerateArray(), row => Assert.Equal(Number(row, "value"), Quantile.Of(sorted, Number(row, "p")), 1e-12));
        Assert.Equal(3, Quantile.Of([3], 0.975));
        Assert.Throws<ArgumentException>(() => Quantile.Of([], 0.5));
    }

    [Fact]
    public void The_bootstrap_of_a_mean_is_that_of_the_mouse_data_and_of_scipy()
    {
        Assert.All(s_cases.GetProperty("bootstrap").GetProperty("means").EnumerateArray(), row =>
        {
            Bootstrapped found = Bootstrap.Mean(Numbers(row, "first"), seed: 1, resamples: 40_000);
            Compare(row, found);
            // The standard error of infinitely many resamples is known.
            Assert.Equal(1, found.StandardError / Number(row, "ideal"), 0.015);
            if (row.GetProperty("published").ValueKind == JsonValueKind.Number)
            {
                Assert.Equal(1, found.StandardError / Number(row, "published"), 0.015);
            }
        });
        JsonElement difference = s_cases.GetProperty("bootstrap").GetProperty("difference");
        Bootstrapped of = Bootstrap.Difference(Numbers(difference, "first"), Numbers(difference, "second"), seed: 1, resamples: 40_000);
        Compare(difference, of);
        Assert.Equal(Number(difference, "published"), of.Estimate, 0.005);

        static void Compare(JsonElement row, Bootstrapped found)
        {
            double error = Number(row, "standardError");
            Assert.Equal(Number(row, "estimate"), found.Estimate, 1e-9);
            Assert.Equal(1, found.StandardError / error, 0.02);
            Assert.Equal(Number(row, "low"), found.Percentile.Low, 0.05 * error);
            Assert.Equal(Number(row, "high"), found.Percentile.High, 0.05 * error);
        }
    }

    /// <summary>The distribution of a resampled share of hits is a binomial one, whose quantiles are exact.</summary>
    [Fact]
    public void The_bootstrap_of_hits_has_the_binomials_quantiles() =>
        Assert.All(s_cases.GetProperty("bootstrap").GetProperty("hits").EnumerateArray(), row =>
        {
            int hits = row.GetProperty("k").GetInt32(), count = row.GetProperty("n").GetInt32();
            double[] values = [.. Enumerable.Range(0, count).Select(i => i < hits ? 1.0 : 0.0)];
            Bootstrapped found = Bootstrap.Mean(values, resamples: 20_000);
            // A step of the share is 1 / n: the estimated quantile may fall on the neighbouring one.
            Assert.Equal(Number(row, "low"), found.Percentile.Low, 1.01 / count);
            Assert.Equal(Number(row, "high"), found.Percentile.High, 1.01 / count);
            Assert.Equal(1, found.StandardError / Number(row, "standardError"), 0.02);
        });

    [Fact]
    public void Pairs_are_drawn_together()
    {
        // Two models that miss the same images and differ on one: by themselves each scatters, their difference hardly does.
        double[] first = [.. Enumerable.Range(0, 400).Select(i => i % 2 == 0 ? 1.0 : 0.0)], second = [.. first];
        second[0] = 0;
        Bootstrapped paired = Bootstrap.PairedDifference(first, second), apart = Bootstrap.Difference(first, second);
        Assert.Equal(1.0 / 400, paired.Estimate, 1e-12);
        Assert.Equal(paired.Estimate, apart.Estimate, 1e-12);
        Assert.True(paired.StandardError < 0.003 && apart.StandardError > 0.03, $"{paired.StandardError}, {apart.StandardError}");
        Assert.True(paired.Percentile.Low >= 0);
        // The same seed sees the same resamples: no scatter at all where the difference is the same in every pair.
        Bootstrapped constant = Bootstrap.PairedDifference([.. first.Select(value => value + 2)], first);
        Assert.Equal(new Interval(2, 2), constant.Percentile);
        Assert.Throws<ArgumentException>(() => Bootstrap.PairedDifference([1], [1, 2]));
    }

    [Fact]
    public void A_bootstrap_is_a_function_of_its_seed()
    {
        double[] values = [.. Enumerable.Range(0, 1001).Select(i => (i * 7919 % 1001) / 1001.0)];
        Bootstrapped once = Bootstrap.Mean(values, seed: 5), again = Bootstrap.Mean(values, seed: 5), other = Bootstrap.Mean(values, seed: 6);
        Assert.Equal(once, again);
        Assert.NotEqual(once, other);
        // Every member is drawn, the last of an odd number too.
        Bootstrapped last = Bootstrap.Mean([0, 0, 9], resamples: 20_000);
        Assert.Equal(new Interval(0, 9), last.Percentile);
        Assert.Throws<ArgumentException>(() => Bootstrap.Mean([]));
    }

    [Fact]
    public void Calibration_is_that_of_the_example_and_of_numpy()
    {
        Assert.All(Rows("calibration"), row =>
        {
            bool[] correct = [.. row.GetProperty("correct").EnumerateArray().Select(each => each.GetBoolean())];
            int bins = row.GetProperty("bins").GetInt32();
            Calibration found = Calibration.Of(Numbers(row, "confidences"), correct, bins);
            Assert.Equal(Number(row, "ece"), found.Ece, 1e-12);
            if (row.TryGetProperty("published", out JsonElement published))
            {
                Assert.Equal(published.GetDouble(), found.Ece, 5e-5);
            }

            Assert.Equal(bins, found.Bins.Count);
            Assert.Equal(0, found.Bins[0].Low);
            Assert.Equal(1, found.Bins[^1].High);
            JsonElement[] filled = [.. row.GetProperty("filled").EnumerateArray()];
            Assert.Equal(filled.Select(bin => bin.GetProperty("bin").GetInt32()), Enumerable.Range(0, bins).Where(m => found.Bins[m].Count > 0));
            Assert.All(filled, bin =>
            {
                CalibrationBin own = found.Bins[bin.GetProperty("bin").GetInt32()];
                Assert.Equal(bin.GetProperty("count").GetInt64(), own.Count);
                Assert.Equal(Number(bin, "confidence"), own.Confidence, 1e-12);
                Assert.Equal(Number(bin, "accuracy"), own.Accuracy, 1e-12);
            });
        });
        Assert.Equal(0, Calibration.Of([], []).Ece);
        Assert.Throws<ArgumentException>(() => Calibration.Of([1.1], [true]));
        Assert.Throws<ArgumentException>(() => Calibration.Of([0.5], []));
    }

    /// <summary>A model whose confidence is right has an error of 0, which a small sample overstates; the interval knows that.</summary>
    [Fact]
    public void The_interval_of_the_calibration_error_reaches_down_to_the_truth()
    {
        var random = new StreamTrainer.Pipeline.Sampling.SampleRandom(3, 0, 0);
        int covered = 0;
        for (int trial = 0; trial < 40; trial++)
        {
            double[] confidences = [.. Enumerable.Range(0, 400).Select(_ => 0.3 + 0.7 * random.Next())];
            bool[] correct = [.. confidences.Select(confidence => random.Next() < confidence)];
            Interval found = Calibration.EceInterval(confidences, correct, seed: trial, resamples: 300);
            Assert.True(found.Low >= 0 && found.High >= found.Low && found.Low < Calibration.Of(confidences, correct).Ece);
            covered += found.Low < 0.02 ? 1 : 0;
        }

        Assert.True(covered > 30, $"{covered} of 40");
    }

    private static JsonElement[] Rows(string name) => [.. s_cases.GetProperty(name).EnumerateArray()];

    private static double Number(JsonElement row, string name) => row.GetProperty(name).GetDouble();

    private static double[] Numbers(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(each => each.GetDouble())];
}
