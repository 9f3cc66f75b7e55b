using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Preview;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Replay;
using StreamTrainer.Host.Runs;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Commands;

/// <summary><c>replay RUN --step N</c>: what one step of a run was.</summary>
internal static class ReplayCommand
{
    private const string DefaultPage = "replay.html";

    private const int MostCards = 500;

    /// <summary>Rows that are printed.</summary>
    private const int Printed = 10;

    public static Command Create(CommandOutput output)
    {
        Argument<string> run = SharedOptions.Argument<string>("RUN", "The run's directory, as runs/ID.");
        Option<long> step = new("--step") { Description = "The step, counted from 1 as in the log.", HelpName = "N", Required = true };
        Option<string?> page = SharedOptions.Text("--out", "FILE", $"The page of the samples with the largest losses; by default {DefaultPage} in the current folder, and none with --json.");
        Option<int> count = new("--count") { Description = "Samples on the page.", DefaultValueFactory = _ => 24, HelpName = "N" };
        Option<bool> start = new("--from-start") { Description = "Train from the first step where no checkpoint before the step is left, however long that takes." };
        Option<bool> json = SharedOptions.Json("the step, with the loss of every sample,");
        var command = new Verb("replay", """
            Does one step of a run again: trains from the nearest checkpoint before it up to it, and shows its loss, its gradient's
            norm, the loss of every sample and a page of their images. Says whether the loss is the one that the run recorded. The run
            itself is only read.
            """,
            "replay runs/first --step 1201",
            "replay runs/first --step 1201 --json --from-start")
        { run, step, page, count, start, json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(count) is < 1 or > MostCards)
            {
                throw new UserErrorException($"--count: {parsed.GetValue(count)} is not 1 to {MostCards}");
            }

            bool asJson = parsed.GetValue(json);
            string? path = parsed.GetValue(page) ?? (asJson ? null : DefaultPage);
            if (path is not null)
            {
                PreviewPage.CheckPath(path);
            }

            using var display = new PlainProgress(output.Error, 1, notesOnly: true);
            using var signals = new StopSignals(_ => { }, () => { });
            RunDirectory directory = RunDirectory.Open(parsed.GetRequiredValue(run));
            var replay = new StepReplay(directory, new DisplayLogger(display, parsed.GetValue(SharedOptions.Verbose)), output.Error.WriteLine);
            try
            {
                ReplayReport report = TrainThread.Run(() =>
                {
                    ReplayReport done = replay.Run(parsed.GetValue(step), parsed.GetValue(start), signals.Token);
                    return path is null ? done : WithPage(done, replay, path, parsed.GetValue(count), signals.Token);
                });
                if (asJson)
                {
                    output.Out.WriteLine(JsonSerializer.Serialize(report, ReplayJson.Default.ReplayReport));
                }
                else
                {
                    Write(output.Out, report);
                }

                return ExitCodes.Success;
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                output.Error.WriteLine("stopped");
                return signals.ExitCode;
            }
        });
        return command;
    }

    private static ReplayReport WithPage(ReplayReport report, StepReplay replay, string path, int count, CancellationToken stop)
    {
        using ISampleSource source = SampleSources.Open(replay.Recipe.Data.Train);
        using var maker = new PreviewMaker(replay.Recipe, source);
        IReadOnlyList<PreviewCard> cards = maker.Make(report.Rows.Take(count).Select(row => (report.Epoch, row.Position, (double?)row.Loss)), pictures: true, stop);
        PreviewPage.Write(path, replay.Recipe, maker.Report(string.Create(CultureInfo.InvariantCulture, $"{report.Run}, step {report.Step}"), path, cards), cards, stop);
        return report with { Page = path };
    }

    private static void Write(TextWriter writer, ReplayReport report)
    {
        Line(writer, $"step {report.Step}, epoch {report.Epoch}, positions {report.Position} to {report.Position + report.Rows.Count - 1}, from {(report.From == 0 ? "the start" : $"the checkpoint after step {report.From}")}");
        Line(writer, $"loss {report.Loss:R}, gradient norm {report.GradientNorm:G6}, learning rate {report.LearningRate:G6}");
        Line(writer, $"{Comparison(report)}");
        if (report.Alarm is { } alarm)
        {
            Line(writer, $"the run said: {alarm}");
        }

        foreach (ReplayRow row in report.Rows.Take(Printed))
        {
            Line(writer, $"  {row.Loss,10:F4}  row {row.Row}, sample {row.Sample}, {row.Name}, class {row.Label} {row.ClassName}");
        }

        if (report.Rows.Count > Printed)
        {
            Line(writer, $"  {Counted.Of(report.Rows.Count - Printed, "sample")} more, down to a loss of {report.Rows[^1].Loss:F4}");
        }

        if (report.Page is { } page)
        {
            Line(writer, $"{page}: the samples with the largest losses");
        }
    }

    private static string Comparison(ReplayReport report)
    {
        string way = report.RecordedOnTheWay == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; of {Counted.Of(report.RecordedOnTheWay, "recorded loss", "recorded losses")} on the way {report.EqualOnTheWay} are equal");
        return report switch
        {
            { Equal: true } => $"equal to the loss that the run recorded, to the bit{way}",
            { RecordedLoss: { } recorded } => string.Create(CultureInfo.InvariantCulture,
                $"the run recorded {recorded:R}, which is {Math.Abs(report.Loss - recorded) / Math.Abs(recorded):G2} of it away{way}: another number of ranks or threads, another machine, another version, or a fault of the device"),
            _ => $"the run did not record this step's loss (log.everySteps){way}",
        };
    }

    private static void Line(TextWriter writer, FormattableString text) => writer.WriteLine(Printable.Text(text.ToString(CultureInfo.InvariantCulture)));
}
