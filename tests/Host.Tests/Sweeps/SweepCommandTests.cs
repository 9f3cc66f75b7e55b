using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Sweeps;
using StreamTrainer.Host.Tests.EndToEnd;
using StreamTrainer.Model.Training;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Sweeps;

/// <summary>Sweeps by the real executable: that every run is trained once and to its end, whatever is stopped or killed meanwhile.</summary>
public sealed class SweepCommandTests : IDisposable
{
    // Few, where nothing is to happen under way.
    private const int Steps = 30, Few = 2;

    private readonly SmallRun _small = new();
    private readonly string _file;

    public SweepCommandTests()
    {
        _file = Path.Combine(_small.Folder, "try.yaml");
        Write("grid: {train.seed: 0..2}", Few);
    }

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Runs_are_trained_once_and_are_ordinary_runs()
    {
        (int code, string output, string error) = Sweep("--json", "--parallel", "2");
        Assert.True(code == 0, error);
        SweepReport report = Read(output);
        Assert.Equal(("try", 3, 0, 0), (report.Id, report.Completed, report.Failed, report.Left));
        Assert.Equal([0, 1, 2], report.Cells.Select(cell => cell.Set["train.seed"]!.GetValue<long>()));
        Assert.Equal(3, report.Cells.Select(cell => cell.Loss).Distinct().Count());
        Assert.Equal(report.Cells.Select(cell => cell.Id), SweepFolder.Read(_small.Run("try"))!.Cells.Select(cell => cell.Id));
        // Each is what 'train' with the same settings makes.
        Assert.Equal(0, Executable.Run(_small.Train("alone", Few, "--set", "train.seed=1", "--quiet")).Code);
        Assert.True(_small.Weights("alone", Few).AsSpan().SequenceEqual(_small.Weights("try-001", Few)));
        Assert.DoesNotContain(RunEnvironment.Read(Open(1)).Variables.Keys, name => name.Contains("SUPERVISED", StringComparison.Ordinal));

        DateTime[] written = [.. Enumerable.Range(0, 3).Select(index => File.GetLastWriteTimeUtc(Open(index).SummaryFile))];
        (code, output, error) = Sweep("--json");
        Assert.True(code == 0, error);
        Assert.Equal(3, Read(output).Completed);
        Assert.Equal(written, Enumerable.Range(0, 3).Select(index => File.GetLastWriteTimeUtc(Open(index).SummaryFile)));
        Assert.Contains("try-002 was done before", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("KILL", 137)]
    public void A_sweep_that_ends_early_goes_on_where_it_was(string signal, int expected)
    {
        Write("grid: {train.seed: 0..1}");
        using (Executable ended = Executable.Start(Arguments()))
        {
            ended.Until(() => Directory.Exists(_small.Checkpoint("try-000", 10)));
            ended.Signal(signal);
            (int code, string output, string error) = ended.Wait();
            Assert.True(code == expected, error);
            if (signal == "INT")
            {
                // The run had saved before the sweep ended.
                Assert.Equal(RunState.Stopped, RunSummary.Read(Open(0))!.State);
                Assert.Contains("stopped; the same command goes on: 2 runs left", error, StringComparison.Ordinal);
                Assert.Contains("try-000  stopped", output, StringComparison.Ordinal);
            }
        }

        // After a kill the run may still be saving: it is waited for.
        (int again, string rest, string complaints) = Sweep("--json");
        Assert.True(again == 0, complaints);
        Assert.Equal(2, Read(rest).Completed);
        Assert.Equal(2, EventLogReader.Read(Open(0).EventsFile).OfType<RunStarted>().Count());
        Assert.Single(EventLogReader.Read(Open(1).EventsFile).OfType<RunStarted>());
        if (signal == "KILL")
        {
            Assert.Equal(0, Executable.Run(_small.Train("alone", Steps, "--set", "train.seed=0", "--quiet")).Code);
            Assert.True(_small.Weights("alone", Steps).AsSpan().SequenceEqual(_small.Weights("try-000", Steps)));
        }
    }

    [Fact]
    public void Two_at_once_train_each_run_once()
    {
        Assert.SkipUnless(Rotation.Takes("two sweeps at once", 3), "by turns with the commits; STREAMTRAINER_TESTS=full runs all");
        using Executable one = Executable.Start(Arguments()), other = Executable.Start(Arguments());
        foreach (Executable each in (Executable[])[one, other])
        {
            (int code, string output, string error) = each.Wait();
            Assert.True(code == 0, error);
            Assert.Contains("3 of 3 runs done, 0 failed, 0 left", output, StringComparison.Ordinal);
        }

        Assert.All(Enumerable.Range(0, 3), index => Assert.Single(EventLogReader.Read(Open(index).EventsFile).OfType<RunStarted>()));
    }

    [Fact]
    public void A_run_that_dies_ends_no_other_and_is_tried_again_only_when_asked()
    {
        Write("grid: {train.seed: 0..2}");
        using (Executable sweep = Executable.Start(Arguments()))
        {
            sweep.Until(() => Directory.Exists(_small.Checkpoint("try-001", 10)));
            using (System.Diagnostics.Process kill = System.Diagnostics.Process.Start("kill", ["-KILL", RunLock.LiveOwner(Open(1))!.Process.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                kill.WaitForExit();
            }

            (int code, string output, string error) = sweep.Wait();
            Assert.True(code == 1, error);
            Assert.Contains("error: try-001 failed: its process died of SIGKILL: perhaps for want of memory", error, StringComparison.Ordinal);
            Assert.Contains("1 run failed; look at their run.log, and try again with --retry-failed", error, StringComparison.Ordinal);
            Assert.Contains("2 of 3 runs done, 1 failed, 0 left", output, StringComparison.Ordinal);
        }

        Assert.Equal(RunState.Failed, RunSummary.Read(Open(1))!.State);
        (int still, _, string told) = Sweep("--quiet");
        Assert.Equal(1, still);
        Assert.Contains("error: try-001 failed: its process died of SIGKILL", told, StringComparison.Ordinal);
        Assert.Single(EventLogReader.Read(Open(1).EventsFile).OfType<RunStarted>());

        (int retried, string all, string why) = Sweep("--retry-failed", "--json");
        Assert.True(retried == 0, why);
        Assert.Equal(3, Read(all).Completed);
        Assert.Equal([false, true], EventLogReader.Read(Open(1).EventsFile).OfType<RunStarted>().Select(begun => begun.Step >= 10));
    }

    [Fact]
    public void A_run_that_fails_says_why_and_the_others_go_on()
    {
        Write("list: [{model.numClasses: 2}, {train.seed: 1}]", Few);
        (int code, string output, string error) = Sweep("--json");
        Assert.True(code == 1, error);
        SweepReport report = Read(output);
        Assert.Equal([CellState.Failed, CellState.Completed], report.Cells.Select(cell => cell.State));
        Assert.Contains("model.numClasses", report.Cells[0].Error, StringComparison.Ordinal);
        Assert.Contains("error: try-000 failed: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Jobs_are_commands_that_train_their_cells()
    {
        (int code, string output, string error) = Sweep("--print-jobs");
        Assert.True(code == 0, error);
        Assert.False(Directory.Exists(_small.Runs));
        string[] jobs = output.TrimEnd().Split('\n');
        Assert.Equal(3, jobs.Length);
        Assert.StartsWith(Executable.Path, jobs[0], StringComparison.Ordinal);
        using (System.Diagnostics.Process shell = System.Diagnostics.Process.Start("/bin/sh", ["-c", jobs[1] + " --quiet > /dev/null"]))
        {
            shell.WaitForExit();
            Assert.Equal(0, shell.ExitCode);
        }

        Assert.Equal(RunState.Completed, RunSummary.Read(Open(1))!.State);
        Assert.False(Directory.Exists(_small.Run("try-000")));
        // What is done is no job any more.
        Assert.Equal([jobs[0], jobs[2]], Sweep("--print-jobs").Output.TrimEnd().Split('\n'));
        string script = Sweep("--print-slurm").Output;
        Assert.StartsWith("#!/bin/bash\n#SBATCH --job-name=try\n#SBATCH --array=0,2\n", script, StringComparison.Ordinal);
        Assert.Contains($"exec {jobs[0][..^1]}\"$SLURM_ARRAY_TASK_ID\"", script, StringComparison.Ordinal);

        // The script's task is the same command.
        string path = Path.Combine(_small.Folder, "job.sh");
        File.WriteAllText(path, script);
        using System.Diagnostics.Process task = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("/bin/bash", [path]) { Environment = { ["SLURM_ARRAY_TASK_ID"] = "2" }, RedirectStandardOutput = true, RedirectStandardError = true })!;
        task.WaitForExit();
        Assert.Equal((0, RunState.Completed), (task.ExitCode, RunSummary.Read(Open(2))!.State));
    }

    [Fact]
    public void A_dry_run_lists_the_cells_and_writes_nothing()
    {
        (int code, string output, string error) = Sweep("--dry-run");
        Assert.True(code == 0, error);
        Assert.Contains("try-002  waiting", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_small.Runs));
    }

    [Fact]
    public void A_recipe_that_was_changed_under_a_sweep_is_refused()
    {
        Write("grid: {train.seed: 0..1}", Few);
        Assert.Equal(0, Sweep("--cells", "0", "--quiet").Code);
        string recipe = File.ReadAllText(_small.Recipe);
        File.WriteAllText(_small.Recipe, recipe.Replace("smoothing: 0.1", "smoothing: 0.2", StringComparison.Ordinal));
        (int code, _, string error) = Sweep();
        Assert.Equal(2, code);
        Assert.Equal($"error: run try-000 was begun with another recipe than {_file} has for it now: loss.smoothing: 0.1, and now 0.2; put it back, or begin another sweep with --id", error.Trim());
        Assert.Equal(0, Sweep("--id", "other", "--cells", "0", "--quiet").Code);
        Assert.True(Directory.Exists(_small.Run("other-000")));
    }

    [Theory]
    [InlineData("--parallel 0", "error: --parallel: 0 is not 1 to 1024")]
    [InlineData("--cells 9", "error: --cells: there is no cell 9; the sweep has 3, from 0 to 2")]
    [InlineData("--dry-run --print-jobs", "error: --dry-run and --print-jobs print different things; leave one of them out")]
    [InlineData("--print-jobs --json", "error: --print-jobs and --json print different things; leave one of them out")]
    public void A_mistake_starts_nothing(string options, string message)
    {
        (int code, _, string error) = Sweep(options.Split(' '));
        Assert.Equal((2, message), (code, error.Trim()));
        Assert.False(Directory.Exists(_small.Runs));
    }

    private void Write(string cells, int steps = Steps) =>
        File.WriteAllText(_file, string.Create(CultureInfo.InvariantCulture, $"recipe: recipe.yaml\nset: {{train.maxSteps: {steps}}}\n{cells}\n"));

    private string[] Arguments(params string[] more) => ["sweep", _file, "--runs", _small.Runs, .. more];

    private (int Code, string Output, string Error) Sweep(params string[] more) => Executable.Run(Arguments(more));

    private RunDirectory Open(int index) => RunDirectory.Open(_small.Run(SweepFolder.RunId("try", index)));

    private static SweepReport Read(string json) => JsonSerializer.Deserialize(json, SweepJson.Default.SweepReport)!;
}
