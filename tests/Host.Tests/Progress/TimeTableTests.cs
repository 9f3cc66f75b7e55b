using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Diagnostics;
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
    [InlineData(0.3, "order", "30.0 % of the training time, most of it for: order; other processes")]
    [InlineData(0.3, "source", "30.0 % of the training time, most of it for: source; more data.readers")]
    [InlineData(0.3, "decode", "30.0 % of the training time, most of it for: decode; more data.workers may help (up to the 4 cores)")]
    [InlineData(0.3, "transform", "30.0 % of the training time, most of it for: transform; more data.workers may help (up to the 4 cores)")]
    [InlineData(0.3, "transfer", "30.0 % of the training time, most of it for: transfer; a larger data.ringMemory")]
    [InlineData(0.3, "", "30.0 % of the training time (docs/stalls.md")]
    public void The_verdict_names_the_slow_stage(double share, string slow, string expected)
    {
        TrainingResult result = Result([1], new double[s_stages.Length], share) with { Stalls = Stalls(slow, share) };
        Assert.StartsWith($"the trainer waited for data {expected}", TimeTable.Verdict(result), StringComparison.Ordinal);
        using var writer = new StringWriter();
        TimeTable.Write(writer, result);
        string row = string.Create(CultureInfo.InvariantCulture, $"  {slow,-28}{share,10:F2} s {100 * share,7:F1} %");
        Assert.Equal(slow.Length > 0 && share > 0, writer.ToString().Contains($"what the trainer waited for, after its first batch\n{row}\n", StringComparison.Ordinal));
    }

    /// <summary>More workers than cores the process may use would not help, and are not advised.</summary>
    [Theory]
    [InlineData("decode", "all 4 cores work already; packing, smaller images or more cores may help (docs/stalls.md)")]
    [InlineData("transform", "all 4 cores work already; more cores may help (docs/stalls.md)")]
    public void The_verdict_follows_the_cores(string slow, string advice)
    {
        foreach (int workers in (int[])[4, 9])
        {
            string verdict = TimeTable.Verdict(Result([1], new double[s_stages.Length], 0.3) with { Stalls = Stalls(slow, 0.3, workers) });
            Assert.EndsWith($"most of it for: {slow}; {advice}", verdict, StringComparison.Ordinal);
            Assert.DoesNotContain("data.workers", verdict, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Copies_are_named_though_nobody_waited_for_a_batch() =>
        Assert.Equal(
            "copying to the device took 40.0 % of the training time; a larger data.ringMemory or a smaller batch may help (docs/stalls.md)",
            TimeTable.Verdict(Result([1], new double[s_stages.Length], share: 0.01) with { Stalls = Stalls("transfer", 0.4) }));

    private static StallReport Stalls(string slow, double seconds, int workers = 3) =>
        new(Enum.GetValues<StallCause>().Where(cause => cause.Label() == slow).Select(cause => KeyValuePair.Create(cause, seconds)), watchedSeconds: 1, startupSeconds: 0, workers, cores: 4);

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
