using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.Progress;

public sealed partial class TimeTableTests
{
    private static readonly string[] s_stages =
        ["read", "read: waiting for workers", "read: ring full", "decode", "transform", "workers: waiting for bytes"];

    /// <summary>Whatever the phases are, what is shown of them adds up to the sum that is shown.</summary>
    [Fact]
    public void The_rows_add_up() => Gen.Double[0, 5000].Array[Enum.GetValues<Phase>().Length].Sample(seconds =>
    {
        using var writer = new StringWriter();
        TimeTable.Write(writer, Result(seconds, new double[s_stages.Length], share: 0));
        string[] lines = writer.ToString().Split('\n');
        double[] rows = [.. lines.Skip(1).TakeWhile(line => !line.StartsWith("  sum", StringComparison.Ordinal)).Select(Seconds)];
        double sum = Seconds(lines.Single(line => line.StartsWith("  sum", StringComparison.Ordinal)));
        Assert.Equal(sum, rows.Sum(), 0.01 * (rows.Length + 1));
    });

    [Theory]
    [InlineData(0.0, "decode", "0.0 % of the training time: the data is fast enough")]
    [InlineData(0.0199, "decode", "2.0 % of the training time: the data is fast enough")]
    [InlineData(0.05, "decode", "5.0 % of the training time: little to gain from a faster pipeline")]
    [InlineData(0.3, "decode", "30.0 % of the training time; the pipeline was busiest with: decode; more data.workers")]
    [InlineData(0.3, "transform", "30.0 % of the training time; the pipeline was busiest with: transform; more data.workers")]
    [InlineData(0.3, "workers: waiting for bytes", "30.0 % of the training time; the pipeline was busiest with: read; more data.readers")]
    [InlineData(0.3, "read: ring full", "30.0 % of the training time (docs/stalls.md")]
    public void The_verdict_names_the_slow_stage(double share, string busiest, string expected)
    {
        double[] stages = [.. s_stages.Select(stage => stage == busiest ? 9.0 : 0.0)];
        Assert.StartsWith($"the trainer waited for data {expected}", TimeTable.Verdict(Result([1], stages, share)), StringComparison.Ordinal);
    }

    [Fact]
    public void Stages_are_told_for_an_image_where_there_were_any()
    {
        using var writer = new StringWriter();
        TimeTable.Write(writer, Result([1], [2, 0, 0, 4, 0, 0], share: 0, samples: 1000));
        Assert.Matches(@"  decode +4\.00 s +4000 us an image", writer.ToString());
        using var none = new StringWriter();
        TimeTable.Write(none, Result([1], [2, 0, 0, 4, 0, 0], share: 0));
        Assert.DoesNotContain("an image", none.ToString(), StringComparison.Ordinal);
    }

    private static TrainingResult Result(double[] phases, double[] stages, double share, long samples = 0) => new()
    {
        State = RunState.Completed,
        Steps = 1,
        Epochs = 1,
        WallSeconds = phases.Sum(),
        ImagesPerSecond = 1,
        DataWaitShare = share,
        BadSamples = 0,
        Phases = [.. phases.Select((seconds, phase) => KeyValuePair.Create(((Phase)phase).Label(), seconds))],
        Stages = [.. stages.Select((seconds, stage) => KeyValuePair.Create(s_stages[stage], seconds))],
        PipelineSamples = samples,
    };

    private static double Seconds(string line) => double.Parse(Row().Match(line).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+\.\d\d) s", RegexOptions.CultureInvariant)]
    private static partial Regex Row();
}
