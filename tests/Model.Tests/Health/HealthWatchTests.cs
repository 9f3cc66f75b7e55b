using StreamTrainer.Model.Health;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Model.Tests.Health;

/// <summary>The rules by which a step or an evaluation is wrong.</summary>
public sealed class HealthWatchTests
{
    [Fact]
    public void ANormFarAboveItsRunningMeanIsAnExplosion()
    {
        var watch = new HealthWatch(new HealthOptions { ExplosionFactor = 10 });
        // Before the 20th nothing is said.
        Assert.False(Step(watch, 1e6));
        for (int i = 0; i < 200; i++)
        {
            Assert.False(Step(watch, i % 2 == 0 ? 1 : 4), $"step {i}");
        }

        // The mean of 1 and 4 is 2.
        Assert.Equal(2, Math.Exp(watch.State.LogNorm), 0.2);
        Assert.False(watch.Explodes(19));
        Assert.True(watch.Explodes(23));
        Assert.False(watch.Explodes(double.NaN));
        Assert.False(watch.Explodes(0));
    }

    [Fact]
    public void OneExplosionHardlyMovesTheMeanAndALevelThatStaysBecomesIt()
    {
        var watch = new HealthWatch(new HealthOptions { ExplosionFactor = 10 });
        for (int i = 0; i < 100; i++)
        {
            Step(watch, 1);
        }

        Assert.True(Step(watch, 1e30));
        Assert.InRange(Math.Exp(watch.State.LogNorm), 1, 1.03);
        int alarms = 0;
        for (int i = 0; i < 500; i++)
        {
            alarms += Step(watch, 30) ? 1 : 0;
        }

        Assert.InRange(alarms, 10, 100);
        Assert.False(watch.Explodes(30));
        Assert.True(watch.Explodes(400));
    }

    [Theory]
    [InlineData(double.NaN, 1.0)]
    [InlineData(double.PositiveInfinity, 1.0)]
    [InlineData(1.0, double.NaN)]
    [InlineData(1.0, double.PositiveInfinity)]
    public void ALossOrAGradientThatIsNoNumberIsTold(double loss, double norm)
    {
        var watch = new HealthWatch(new HealthOptions());
        Assert.Equal(new StepFault(HealthKind.LossNotFinite, HealthAction.Stop), watch.Judge(loss, norm, explodes: false));
        Assert.Equal(0, watch.State.Norms == 1 && !double.IsFinite(norm) ? 1 : 0);
    }

    [Fact]
    public void SoManyStepsInARowAreSkippedAndNoMore()
    {
        var watch = new HealthWatch(new HealthOptions { LossNotFinite = HealthAction.Skip, MaxSkips = 2 });
        Assert.Equal(HealthAction.Skip, watch.Judge(double.NaN, 1, false)!.Value.Action);
        Assert.Equal(HealthAction.Skip, watch.Judge(double.NaN, 1, false)!.Value.Action);
        Assert.Null(watch.Judge(1, 1, false));
        Assert.Equal(0, watch.State.SkippedInARow);
        Assert.Equal(HealthAction.Skip, watch.Judge(double.NaN, 1, false)!.Value.Action);
        Assert.Equal(HealthAction.Skip, watch.Judge(double.NaN, 1, false)!.Value.Action);
        Assert.Equal(HealthAction.Stop, watch.Judge(double.NaN, 1, false)!.Value.Action);
        Assert.Equal(4, watch.State.SkippedSteps);
    }

    [Theory]
    [InlineData(0.8, 0.41, 1000, false)]
    [InlineData(0.8, 0.30, 1000, true)]
    // Within five standard errors of a small set.
    [InlineData(0.8, 0.30, 40, false)]
    [InlineData(0.8, 0.0, 40, true)]
    // One of a thousand classes, by chance: nothing to fall from.
    [InlineData(0.001, 0.0, 1000, false)]
    public void AnEvaluationFarBelowTheBestIsACollapse(double best, double now, long samples, bool collapse)
    {
        var watch = new HealthWatch(new HealthOptions());
        Assert.Equal(collapse ? HealthAction.Warn : null, watch.Judge(best, new EvaluationResult(now, now, 1, samples)));
        Assert.Null(watch.Judge(null, new EvaluationResult(0, 0, 1, samples)));
        Assert.Null(new HealthWatch(new HealthOptions { AccuracyCollapse = HealthAction.Off }).Judge(best, new EvaluationResult(0, 0, 1, samples)));
    }

    [Fact]
    public void TheNormIsNotComputedWhereNothingNeedsIt()
    {
        Assert.True(new HealthWatch(new HealthOptions()).NeedsNorm);
        Assert.False(new HealthWatch(new HealthOptions { GradientExplosion = HealthAction.Off }).NeedsNorm);
        Assert.True(new HealthWatch(new HealthOptions { GradientExplosion = HealthAction.Off, LossNotFinite = HealthAction.Skip }).NeedsNorm);
    }

    private static bool Step(HealthWatch watch, double norm)
    {
        bool explodes = watch.Explodes(norm);
        Assert.Equal(explodes, watch.Judge(1, norm, explodes) is not null);
        return explodes;
    }
}
