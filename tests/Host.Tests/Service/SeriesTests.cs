using System.Diagnostics;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service.Catalog.Series;
using StreamTrainer.Model.Training;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Service;

/// <summary>Figures of runs of any length, in few points.</summary>
public sealed class SeriesTests : IDisposable
{
    private const int Long = 100_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FewRecordsAreGivenAsTheyAre()
    {
        RunDirectory run = EventWriter.Run(_folder["runs"], "r");
        EventWriter.Steps(run, 1, 10, step => step);
        EventWriter.Append(run, new Evaluated { Step = 10, Top1 = 0.5, Weights = "ema" });
        EventWriter.Append(run, new TimesLogged { Step = 10, Phases = new Dictionary<string, double> { ["forward"] = 2 } });
        RunSeries series = Open(run);
        Assert.Equal(Enumerable.Range(1, 10).Select(step => (step, (double)step)), series.Of("loss", 0, long.MaxValue, 100).Select(point => ((int)point.Last, point.Sum)));
        Assert.Equal([3, 4, 5], series.Of("loss", 3, 5, 100).Select(point => point.Last));
        Assert.Equal(0.5, Assert.Single(series.Of("eval.ema.top1", 0, long.MaxValue, 100)).Sum);
        Assert.Equal(2, Assert.Single(series.Of("timesLogged.phases.forward", 0, long.MaxValue, 100)).Sum);
        Assert.Empty(series.Of("none", 0, long.MaxValue, 100));
        // What comes later is added.
        EventWriter.Steps(run, 11, 12, step => step);
        series.Update();
        Assert.Equal(12, series.Of("loss", 0, long.MaxValue, 100)[^1].Last);
    }

    [Fact]
    public void LeastAndLargestAreKeptInAnyNumberOfPoints()
    {
        RunDirectory run = EventWriter.Run(_folder["runs"], "r");
        EventWriter.Steps(run, 1, Long, Loss);
        RunSeries series = Open(run);
        IReadOnlyList<SeriesBucket> points = series.Of("loss", 0, long.MaxValue, 500);
        Assert.Equal(500, points.Count);
        Assert.Equal(Long, points.Sum(point => point.Count));
        Assert.Equal(77_777, points.Single(point => point.Max == 1000).Last, 500.0);
        Assert.Equal(-1000, points.Min(point => point.Min));
        Assert.All(points, point => Assert.InRange(point.Sum / point.Count, point.Min, point.Max));
        // A part in more points than there are buckets is read from the log again.
        IReadOnlyList<SeriesBucket> part = series.Of("loss", 77_700, 77_800, 500);
        Assert.Equal(Enumerable.Range(77_700, 101).Select(step => ((long)step, Loss(step))), part.Select(point => (point.Last, point.Sum)));
    }

    [Theory]
    [InlineData(50)]
    [InlineData(60_001)]
    public void WhatARunDidBeyondItsCheckpointNeverWas(int step)
    {
        RunDirectory run = EventWriter.Run(_folder["runs"], "r");
        int longest = step < 100 ? 100 : Long;
        EventWriter.Steps(run, 1, longest, Loss);
        RunSeries series = Open(run);
        EventWriter.Append(run, new RunStarted { Step = step });
        EventWriter.Steps(run, step + 1, step + 10, each => -each);
        series.Update();
        foreach (RunSeries each in (RunSeries[])[series, Open(run, "anew")])
        {
            IReadOnlyList<SeriesBucket> points = each.Of("loss", 0, long.MaxValue, int.MaxValue);
            Assert.Equal(step + 10, points.Sum(point => point.Count));
            Assert.Equal(Enumerable.Range(1, step).Sum(x => Loss(x)) - Enumerable.Range(step + 1, 10).Sum(x => (double)x), points.Sum(point => point.Sum), 1e-6 * step);
            Assert.Equal(step + 10, points[^1].Last);
            Assert.True(points.Zip(points.Skip(1)).All(pair => pair.First.Last < pair.Second.First));
        }
    }

    [Fact]
    public void TheIndexIsKeptAndAnotherLogsIsNot()
    {
        RunDirectory run = EventWriter.Run(_folder["runs"], "r");
        EventWriter.Steps(run, 1, Long, Loss);
        Open(run).Save();
        Assert.True(File.Exists(_folder["index"]));
        RunSeries again = Open(run);
        Assert.Equal(Long, again.Of("loss", 0, long.MaxValue, 100).Sum(point => point.Count));
        File.Delete(run.EventsFile);
        EventWriter.Steps(run, 1, 5, step => 2 * step);
        Assert.Equal(5, Open(run).Of("loss", 0, long.MaxValue, 100).Sum(point => point.Count));
        File.WriteAllBytes(_folder["index"], [1, 2, 3]);
        Assert.Equal(5, Open(run).Of("loss", 0, long.MaxValue, 100).Sum(point => point.Count));
    }

    /// <summary>What opens in a second is read once in a few: its figure stands in the output.</summary>
    [Fact]
    public void AMillionRecordsAreFewPoints()
    {
        Assert.SkipUnless(TestPaths.Full, "STREAMTRAINER_TESTS=full runs it");
        RunDirectory run = EventWriter.Run(_folder["runs"], "r");
        EventWriter.Steps(run, 1, 1_000_000, Loss);
        long start = Stopwatch.GetTimestamp();
        RunSeries series = Open(run);
        TimeSpan first = Stopwatch.GetElapsedTime(start);
        series.Save();
        start = Stopwatch.GetTimestamp();
        Assert.Equal(1000, Open(run).Of("loss", 0, long.MaxValue, 1000).Count);
        TestContext.Current.TestOutputHelper?.WriteLine($"first {first.TotalSeconds:F2} s, again {Stopwatch.GetElapsedTime(start).TotalSeconds:F3} s");
    }

    private static double Loss(long step) => step switch
    {
        77_777 => 1000,
        33_333 => -1000,
        _ => Math.Sin(step),
    };

    private RunSeries Open(RunDirectory run, string index = "index")
    {
        var series = new RunSeries(run, _folder[index]);
        series.Update();
        return series;
    }
}
