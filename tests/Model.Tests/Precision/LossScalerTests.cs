using StreamTrainer.Model.Precision;
using Xunit;

namespace StreamTrainer.Model.Tests.Precision;

public sealed class LossScalerTests
{
    [Fact]
    public void It_doubles_after_an_interval_of_good_steps_and_halves_at_an_overflow()
    {
        var scaler = new LossScaler();
        for (int i = 1; i < LossScaler.GrowthInterval; i++)
        {
            scaler.Update(finite: true);
        }

        Assert.Equal(LossScaler.FirstScale, scaler.Scale);
        scaler.Update(finite: true);
        Assert.Equal(new LossScale(2 * LossScaler.FirstScale, 0, 0), scaler.State);
        scaler.Update(finite: true);
        scaler.Update(finite: false);
        Assert.Equal(new LossScale(LossScaler.FirstScale, 0, 1), scaler.State);
    }

    [Fact]
    public void It_gives_up_where_no_scale_helps()
    {
        var scaler = new LossScaler();
        int skipped = 0;
        while (!scaler.Collapsed)
        {
            scaler.Update(finite: false);
            Assert.InRange(++skipped, 1, 64);
        }

        Assert.Equal(skipped, scaler.State.SkippedSteps);
    }
}
