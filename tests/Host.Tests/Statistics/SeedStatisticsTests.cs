using System.Text.Json;
using StreamTrainer.Host.Statistics;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Statistics;

/// <summary>The statistics of seeds against published examples and SciPy: <c>seeds.json</c>, written by <c>tests/reference/seeds.py</c>,
/// where the sources stand.</summary>
public sealed class SeedStatisticsTests
{
    private static readonly JsonElement s_cases =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(TestPaths.Repository, "tests/Host.Tests/Statistics/seeds.json"))).RootElement;

    [Fact]
    public void Mean_deviation_and_the_interval_of_the_mean_are_those_of_scipy()
    {
        Assert.All(Rows("describe"), row =>
        {
            SeedStatistics found = SeedStatistics.Of(Numbers(row, "sample"));
            Assert.Equal(Number(row, "mean"), found.Mean, 1e-12);
            Assert.Equal(Number(row, "deviation"), found.Deviation!.Value, 1e-12);
            Assert.Equal(Number(row, "low"), found.OfMean!.Value.Low, 1e-9);
            Assert.Equal(Number(row, "high"), found.OfMean!.Value.High, 1e-9);
            Assert.Equal((Number(row, "min"), Number(row, "max")), (found.Minimum, found.Maximum));
        });
        SeedStatistics one = SeedStatistics.Of([80]);
        Assert.Equal((80, null, null), (one.Mean, one.Deviation, one.OfMean));
        Assert.Throws<ArgumentException>(() => SeedStatistics.Of([]));
    }

    [Fact]
    public void Welch_is_that_of_r_and_of_scipy()
    {
        Assert.All(Rows("welch"), row =>
        {
            var found = MeanDifference.Welch(Numbers(row, "first"), Numbers(row, "second"));
            (string Name, double Found)[] values =
            [
                ("t", found.Difference / found.StandardError), ("freedom", found.Freedom), ("p", found.Probability),
                ("low", found.Interval.Low), ("high", found.Interval.High),
            ];
            Assert.Equal(Number(row, "difference"), found.Difference, 1e-12);
            Assert.All(values, value =>
            {
                Assert.Equal(Number(row, value.Name), value.Found, 1e-8);
                if (row.GetProperty("published").TryGetProperty(value.Name, out JsonElement published))
                {
                    string digits = published.GetRawText();
                    Assert.Equal(published.GetDouble(), value.Found, 0.51 * Math.Pow(10, digits.IndexOf('.') - digits.Length + 1));
                }
            });
        });
        Assert.Contains(Rows("welch"), row => row.GetProperty("published").TryGetProperty("low", out _));
        Assert.Throws<ArgumentException>(() => MeanDifference.Welch([1], [1, 2]));
    }

    [Fact]
    public void Samples_that_do_not_vary_have_a_difference_for_certain()
    {
        var found = MeanDifference.Welch([2, 2, 2], [3, 3]);
        Assert.Equal((1, 0, new Interval(1, 1)), (found.Difference, found.Probability, found.Interval));
        Assert.Equal(1, MeanDifference.Welch([2, 2], [2, 2]).Probability);
    }

    [Fact]
    public void Pairs_are_tested_as_student_did()
    {
        JsonElement row = s_cases.GetProperty("paired"), published = row.GetProperty("published");
        var found = MeanDifference.Paired(Numbers(row, "differences"));
        Assert.Equal(Number(row, "t"), found.Difference / found.StandardError, 1e-9);
        Assert.Equal(Number(row, "p"), found.Probability, 1e-12);
        Assert.Equal(Number(row, "low"), found.Interval.Low, 1e-9);
        Assert.Equal(Number(row, "high"), found.Interval.High, 1e-9);
        Assert.Equal(Number(published, "t"), found.Difference / found.StandardError, 5e-5);
        Assert.Equal(Number(published, "p"), found.Probability, 5e-7);
        Assert.Equal(Number(published, "low"), found.Interval.Low, 5e-8);
        Assert.Equal(Number(published, "high"), found.Interval.High, 5e-8);
        Assert.Throws<ArgumentException>(() => MeanDifference.Paired([1]));
    }

    [Fact]
    public void Single_runs_are_compared_by_the_noise_of_others()
    {
        JsonElement row = s_cases.GetProperty("pooled");
        PooledVariance pooled = PooledVariance.Of([.. row.GetProperty("samples").EnumerateArray().Select(sample => Numbers(sample))])!.Value;
        Assert.Equal(Number(row, "variance"), pooled.Variance, 1e-12);
        Assert.Equal(row.GetProperty("freedom").GetInt32(), pooled.Freedom);
        var found = MeanDifference.WithVariance(Numbers(row, "first"), Numbers(row, "second"), pooled.Variance, pooled.Freedom);
        Assert.Equal(Number(row, "low"), found.Interval.Low, 1e-9);
        Assert.Equal(Number(row, "high"), found.Interval.High, 1e-9);
        Assert.Equal(Number(row, "p"), found.Probability, 1e-12);
        Assert.Null(PooledVariance.Of([[1.0], [2.0]]));
    }

    [Fact]
    public void The_power_of_seeds_is_that_of_cohen_r_and_scipy()
    {
        JsonElement power = s_cases.GetProperty("power");
        Assert.All(power.GetProperty("of").EnumerateArray(), row =>
        {
            double found = SeedPower.Of(row.GetProperty("n").GetInt32(), -Number(row, "difference"), Number(row, "deviation"));
            Assert.Equal(Number(row, "power"), found, 1e-8);
            if (row.GetProperty("published").ValueKind == JsonValueKind.Number)
            {
                // R leaves out the far tail and rounds.
                Assert.Equal(Number(row, "published"), found, 5e-7);
            }
        });
        Assert.All(power.GetProperty("seeds").EnumerateArray(), row =>
        {
            int seeds = row.GetProperty("seeds").GetInt32();
            Assert.Equal(seeds, SeedPower.Seeds(Number(row, "difference"), 1));
            if (row.GetProperty("published").ValueKind == JsonValueKind.Number)
            {
                Assert.Equal(row.GetProperty("published").GetInt32(), seeds);
            }

            double least = SeedPower.Difference(seeds, 1);
            Assert.Equal(SeedPower.Usual, SeedPower.Of(seeds, least, 1), 1e-9);
            Assert.True(least <= Number(row, "difference"));
        });
        Assert.Null(SeedPower.Seeds(0, 1));
        Assert.Null(SeedPower.Seeds(1e-6, 1));
        Assert.Equal(2, SeedPower.Seeds(0.1, 0));
    }

    [Fact]
    public void Several_tests_are_judged_together() =>
        Assert.All(Rows("holm"), row => Assert.Equal(Numbers(row, "adjusted"), Holm.Adjust(Numbers(row, "p")), (one, other) => Math.Abs(one - other) < 1e-12));

    [Fact]
    public void The_ellipse_of_a_cloud_is_that_of_its_covariance()
    {
        Assert.All(Rows("ellipse"), row =>
        {
            double[] x = Numbers(row, "x"), y = Numbers(row, "y");
            var found = CovarianceEllipse.Of(x, y, Number(row, "share"));
            Assert.Equal(Number(row, "major"), found.Major, 1e-9);
            Assert.Equal(Number(row, "minor"), found.Minor, 1e-9);
            Assert.Equal(Number(row, "angle"), found.Angle, 1e-9);
            Assert.Equal(Number(row, "correlation"), found.Correlation, 1e-9);
            (double[] edgeX, double[] edgeY) = found.Edge(721);
            Assert.Equal(edgeX[0], edgeX[^1], 1e-9);
            Assert.Equal(row.GetProperty("inside").GetInt32(), x.Zip(y).Count(point => Inside(edgeX, edgeY, point.First, point.Second)));
        });
        Assert.Throws<ArgumentException>(() => CovarianceEllipse.Of([1], [1]));
    }

    /// <summary>Whether a ray from the point crosses the polygon an odd number of times.</summary>
    private static bool Inside(double[] edgeX, double[] edgeY, double x, double y)
    {
        bool inside = false;
        for (int i = 1; i < edgeX.Length; i++)
        {
            if (edgeY[i] > y != edgeY[i - 1] > y && x < (edgeX[i - 1] - edgeX[i]) * (y - edgeY[i]) / (edgeY[i - 1] - edgeY[i]) + edgeX[i])
            {
                inside = !inside;
            }
        }

        return inside;
    }

    private static JsonElement[] Rows(string name) => [.. s_cases.GetProperty(name).EnumerateArray()];

    private static double Number(JsonElement row, string name) => row.GetProperty(name).GetDouble();

    private static double[] Numbers(JsonElement row, string name) => Numbers(row.GetProperty(name));

    private static double[] Numbers(JsonElement row) => [.. row.EnumerateArray().Select(each => each.GetDouble())];
}
