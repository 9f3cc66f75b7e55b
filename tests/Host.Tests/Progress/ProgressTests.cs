using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Diagnostics;
using Xunit;

namespace StreamTrainer.Host.Tests.Progress;

public sealed class ProgressTests
{
    [Fact]
    public void LinesSayWhatThereIsToKnow()
    {
        using var writer = new StringWriter();
        using (var progress = new PlainProgress(writer, epochs: 8))
        {
            progress.On(new RunStarted { TotalSteps = 800, TrainSamples = 5000, ValSamples = 100, Parameters = 1_230_000, Model = "resnet18", Device = "cpu, 2 threads", Precision = "fp32", Step = 7 });
            progress.On(new StepLogged { Step = 10, Epoch = 0, Loss = 2.34567, LearningRate = 0.0125, ImagesPerSecond = 812.4, DataWaitShare = 0.0123, SecondsLeft = 3723 });
            // Steps too soon after one another are not told, evaluations and the last step are.
            progress.On(new StepLogged { Step = 20 });
            progress.On(new Evaluated { Epoch = 0, Top1 = 0.456, Top5 = 0.9, Loss = 1.5, Samples = 100, Weights = "ema" });
            progress.On(new StepLogged { Step = 800, Epoch = 7, SecondsLeft = 0 });
            progress.Note("a file \x1b[31mnamed\x1b[0m badly");
        }

        string[] lines = writer.ToString().TrimEnd().Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.Equal("going on after step 7: resnet18, 1.2 M parameters, 5000 images to train on, 100 to validate, 800 steps, cpu, 2 threads, fp32", lines[0]);
        Assert.Equal("epoch 1/8  step 10/800  loss 2.3457  lr 0.0125  812 images/s  data wait 1.2 %  1h02m left", lines[1]);
        Assert.Equal("epoch 1: top-1 45.60 %, top-5 90.00 %, loss 1.5000 on 100 images (ema)", lines[2]);
        Assert.StartsWith("epoch 8/8  step 800/800", lines[3], StringComparison.Ordinal);
        Assert.Equal(@"a file \x1b[31mnamed\x1b[0m badly", lines[4]);
    }

    [Theory]
    [InlineData(0.4, "0s")]
    [InlineData(59.0, "59s")]
    [InlineData(61.0, "1m01s")]
    [InlineData(7325.0, "2h02m")]
    [InlineData(double.NaN, "?")]
    [InlineData(double.PositiveInfinity, "?")]
    public void DurationsAreShort(double seconds, string expected) => Assert.Equal(expected, ProgressText.Duration(seconds));

    [Theory]
    [InlineData(0.004, "the data is fast enough")]
    [InlineData(0.4, "most of it for: decode")]
    public void TheTableAddsUpAndSaysWhatItMeans(double share, string verdict)
    {
        using var writer = new StringWriter();
        TimeTable.Write(writer, new TrainingResult
        {
            State = RunState.Completed,
            Steps = 1,
            Epochs = 1,
            WallSeconds = 10,
            ImagesPerSecond = 1,
            DataWaitShare = share,
            BadSamples = 0,
            Phases = [KeyValuePair.Create("startup", 1.0), KeyValuePair.Create("forward", 8.95), KeyValuePair.Create("report", 0.0)],
            Stages = [KeyValuePair.Create("read", 1.0), KeyValuePair.Create("read: ring full", 9.0), KeyValuePair.Create("decode", 2.0)],
            Stalls = new StallReport([KeyValuePair.Create(StallCause.Decode, 10 * share)], watchedSeconds: 10, startupSeconds: 0, workers: 1, cores: 2),
        });
        string table = writer.ToString();
        Assert.Contains("forward                           8.95 s    89.5 %", table, StringComparison.Ordinal);
        Assert.Contains("sum                               9.95 s    99.5 %", table, StringComparison.Ordinal);
        Assert.DoesNotContain("report", table, StringComparison.Ordinal);
        Assert.Contains(verdict, table, StringComparison.Ordinal);
    }
}
