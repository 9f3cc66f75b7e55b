using System.Text.Json;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using Xunit;

namespace StreamTrainer.Host.Tests.Runs;

/// <summary>The summary, over all processes of a run.</summary>
public sealed class RunSummaryTests : IDisposable
{
    private static readonly DateTime s_start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private static readonly Recipe s_recipe = RecipeLoader.Parse("data: {train: a}\nmodel: {name: resnet18}", "r");

    private static readonly TrainingResult s_result = new()
    {
        State = RunState.Completed,
        Steps = 20,
        Epochs = 2,
        Top1 = 0.5,
        Top5 = 0.9,
        Loss = double.NaN,
        BestTop1 = 0.6,
        WallSeconds = 10,
        ImagesPerSecond = 123.5,
        DataWaitShare = 0.01,
        BadSamples = 2,
        Phases = [KeyValuePair.Create("forward", 4.0), KeyValuePair.Create("backward", 6.0)],
        Stages = [KeyValuePair.Create("decode", 3.0)],
    };

    private readonly TemporaryFolder _folder = new();
    private readonly RunDirectory _run;

    public RunSummaryTests() => _run = RunDirectory.Create(_folder.Path, "one", s_recipe, []);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_and_scripts_find_their_names()
    {
        Assert.Null(RunSummary.Read(_run));
        RunSummary summary = RunSummary.Begin(_run, s_recipe, s_start).Finish(s_result, s_start.AddSeconds(11));
        RunSummary.Write(_run, summary);
        RunSummary again = RunSummary.Read(_run)!;
        Assert.Equal(summary with { Phases = again.Phases, Stages = again.Stages, Stalls = again.Stalls }, again);
        Assert.Equal(summary.Phases, again.Phases);
        Assert.Equal(summary.Stages, again.Stages);
        Assert.Equal(summary.Stalls, again.Stalls);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(_run.SummaryFile));
        Assert.Equal("completed", json.RootElement.GetProperty("state").GetString());
        Assert.Equal("one", json.RootElement.GetProperty("id").GetString());
        Assert.Equal("resnet18", json.RootElement.GetProperty("model").GetString());
        Assert.Equal(0.5, json.RootElement.GetProperty("top1").GetDouble());
        Assert.Equal("NaN", json.RootElement.GetProperty("loss").GetString());
        Assert.All(
            ["top5", "bestTop1", "epochs", "steps", "wallSeconds", "imagesPerSecond", "dataWaitShare", "badSamples"],
            name => Assert.Equal(JsonValueKind.Number, json.RootElement.GetProperty(name).ValueKind));
    }

    [Fact]
    public void Time_adds_up_over_processes_also_over_killed_ones()
    {
        RunSummary.Write(_run, RunSummary.Begin(_run, s_recipe, s_start).Finish(s_result with { State = RunState.Stopped }, s_start.AddSeconds(10)));

        // The second process is killed 7 s after its start, as far as its events tell.
        DateTime second = s_start.AddHours(1);
        RunSummary.Write(_run, RunSummary.Begin(_run, s_recipe, second));
        using (EventLogWriter writer = EventLogWriter.Open(_run.EventsFile))
        {
            writer.Append(new StepLogged { Time = second.AddSeconds(7) });
        }

        RunSummary third = RunSummary.Begin(_run, s_recipe, s_start.AddHours(2));
        Assert.Equal(RunState.Running, third.State);
        Assert.Equal(17, third.WallSeconds, 1e-9);
        RunSummary end = third.Finish(s_result, s_start.AddHours(3), badSamples: 5);
        Assert.Equal(27, end.WallSeconds, 1e-9);
        Assert.Equal(end.WallSeconds, end.Phases.Values.Sum(), 1e-9);
        Assert.Equal(8, end.Phases["forward"], 1e-9);
        Assert.Equal(7, end.Phases[RunSummary.LostPhase], 1e-9);
        Assert.Equal(6, end.Stages["decode"], 1e-9);
        Assert.Equal(5, end.BadSamples);
        Assert.Equal(s_start, end.StartedAt);
        Assert.Equal(s_start.AddHours(2), end.ResumedAt);
    }

    [Fact]
    public void An_error_is_told_and_forgotten_by_the_next_process()
    {
        RunSummary failed = RunSummary.Begin(_run, s_recipe, s_start).Fail("no space", s_start.AddSeconds(4));
        RunSummary.Write(_run, failed);
        Assert.Equal(RunState.Failed, RunSummary.Read(_run)!.State);
        Assert.Equal("no space", RunSummary.Read(_run)!.Error);
        Assert.Equal(4, failed.WallSeconds, 1e-9);
        RunSummary next = RunSummary.Begin(_run, s_recipe, s_start.AddHours(1));
        Assert.Null(next.Error);
        Assert.Null(next.FinishedAt);
        Assert.Equal(4, next.WallSeconds, 1e-9);
    }

    [Fact]
    public void A_damaged_summary_is_named()
    {
        File.WriteAllText(_run.SummaryFile, "{");
        Assert.StartsWith($"'{_run.SummaryFile}' cannot be read", Assert.Throws<UserErrorException>(() => RunSummary.Read(_run)).Message, StringComparison.Ordinal);
    }
}
