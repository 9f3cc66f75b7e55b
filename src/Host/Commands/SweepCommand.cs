using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Sweeps;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>sweep SWEEP</c>: a set of runs.</summary>
internal static class SweepCommand
{
    private const int MostAtOnce = 1024;

    public static Command Create(CommandOutput output)
    {
        Argument<string> file = SharedOptions.Argument<string>("SWEEP", "The sweep, a YAML file (docs/sweeps.md).");
        Option<string> runs = SharedOptions.Runs("The folder of all runs; the sweep's lie there beside all others.");
        Option<string?> id = SharedOptions.Text("--id", "NAME", "The sweep's name among the runs; by default what its file says.");
        Option<int?> parallel = new("--parallel") { Description = "Runs at once; by default one, or one on each of --devices.", HelpName = "N" };
        Option<string?> devices = SharedOptions.Text("--devices", "LIST", "GPUs that the runs are dealt to, as CUDA_VISIBLE_DEVICES names them: 0,1,2,3.");
        Option<string[]> set = SharedOptions.Set();
        Option<string?> cells = SharedOptions.Text("--cells", "LIST", "Only these cells, by their numbers: 0,4,8-11.");
        Option<bool> retry = new("--retry-failed") { Description = "Try runs again that ended by an error." };
        Option<bool> dry = new("--dry-run") { Description = "List the cells and how they stand; start and write nothing." };
        Option<bool> jobs = new("--print-jobs") { Description = "Print a command for each run that is left, one a line, and start nothing." };
        Option<bool> slurm = new("--print-slurm") { Description = "Print a script for sbatch with a task for each run that is left, and start nothing." };
        Option<bool> json = SharedOptions.Json("how the sweep stands"), quiet = SharedOptions.Quiet();
        var command = new Verb("sweep", """
            Trains a set of runs: a grid, a list or a random search over any keys of a recipe, seeds included. They are ordinary
            runs beside each other, each a process of its own. Stopped or killed at any moment, the same command goes on: what is
            done is not done again. The exit code is 1 where a run failed.
            """,
            "sweep configs/sweeps/seeds-small.yaml --parallel 2",
            "sweep configs/sweeps/loss-lr-wd-ra.yaml --set data.train=/data/imagenet/train --set data.val=/data/imagenet/val --devices 0,1,2,3",
            "sweep configs/sweeps/seeds.yaml --dry-run",
            "sweep configs/sweeps/seeds.yaml --print-slurm > seeds.sbatch")
        { file, runs, id, parallel, devices, set, cells, retry, dry, jobs, slurm, json, quiet };
        command.SetAction(parsed =>
        {
            string[] gpus = parsed.GetValue(devices) is { } named ? named.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
            int atOnce = parsed.GetValue(parallel) ?? Math.Max(1, gpus.Length);
            if (atOnce is < 1 or > MostAtOnce)
            {
                throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"--parallel: {atOnce} is not 1 to {MostAtOnce}"));
            }

            Option<bool>[] instead = [.. ((Option<bool>[])[dry, jobs, slurm]).Where(option => parsed.GetValue(option))];
            bool prints = parsed.GetValue(jobs) || parsed.GetValue(slurm);
            if (instead.Length > 1 || (prints && parsed.GetValue(json)))
            {
                string other = instead.Length > 1 ? instead[1].Name : json.Name;
                throw new UserErrorException($"{instead[0].Name} and {other} print different things; leave one of them out");
            }

            Sweep sweep = SweepReader.Read(parsed.GetRequiredValue(file));
            string[] overrides = parsed.GetValue(set) ?? [];
            string line = SweepJobs.Line([CommandLine.Name, .. Environment.GetCommandLineArgs().Skip(1)]);
            // What is only listed may run elsewhere, where the data lie.
            SweepPlan plan = SweepPlan.Make(sweep, parsed.GetRequiredValue(runs), parsed.GetValue(id), overrides, line, withData: instead.Length == 0);
            IReadOnlyList<int> chosen = CellSelection.Parse(parsed.GetValue(cells), plan.Cells.Count);
            if (prints)
            {
                SweepReport report = CellStates.Report(plan);
                int[] left = [.. chosen.Where(cell => report.Cells[cell].State is not CellState.Completed && (parsed.GetValue(retry) || report.Cells[cell].State is not CellState.Failed))];
                string[] words = [.. Words(parsed.GetRequiredValue(file), plan, overrides, parsed.GetValue(retry))];
                if (left.Length == 0)
                {
                    output.Error.WriteLine($"nothing is left of {plan.Id}");
                }
                else if (parsed.GetValue(slurm))
                {
                    SweepJobs.Slurm(output.Out, plan.Id, Environment.CurrentDirectory, words, left);
                }
                else
                {
                    SweepJobs.Lines(output.Out, words, left);
                }

                return ExitCodes.Success;
            }

            if (parsed.GetValue(dry))
            {
                Answer(output, plan, chosen, parsed.GetValue(json));
                return ExitCodes.Success;
            }

            var options = new SweepRunOptions(atOnce, gpus, parsed.GetValue(retry));
            return Run(output, plan.Publish(), chosen, options, parsed.GetValue(json), parsed.GetValue(quiet));
        });
        return command;
    }

    private static int Run(CommandOutput output, SweepPlan plan, IReadOnlyList<int> chosen, SweepRunOptions options, bool json, bool quiet)
    {
        using var display = new SweepDisplay(output.Error, plan.Id, quiet);
        var runner = new SweepRunner(plan, options, display);
        using var signals = new StopSignals(_ => display.Note("stopping: the runs save; once more stops at once"), () =>
        {
            runner.Kill();
            display.Dispose();
        });
        runner.Run(chosen.Select(cell => plan.Cells[cell]), signals.Token);
        display.Dispose();
        SweepReport report = Answer(output, plan, chosen, json);
        if (signals.Token.IsCancellationRequested)
        {
            output.Error.WriteLine($"stopped; the same command goes on: {Counted.Of(report.Left, "run")} left");
            return signals.ExitCode;
        }

        if (report.Failed > 0)
        {
            output.Error.WriteLine($"{Counted.Of(report.Failed, "run")} failed; look at their run.log, and try again with --retry-failed");
        }

        return report.Completed == report.Cells.Count ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static SweepReport Answer(CommandOutput output, SweepPlan plan, IReadOnlyList<int> chosen, bool json)
    {
        SweepReport report = CellStates.Report(plan with { Cells = [.. chosen.Select(cell => plan.Cells[cell])] });
        if (json)
        {
            output.Out.WriteLine(JsonSerializer.Serialize(report, SweepJson.Default.SweepReport));
        }
        else
        {
            SweepTable.Write(output.Out, report);
            output.Out.WriteLine(Progress.Printable.Text(string.Create(CultureInfo.InvariantCulture,
                $"{report.Completed} of {Counted.Of(report.Cells.Count, "run")} done, {report.Failed} failed, {report.Left} left; {report.Path}")));
        }

        return report;
    }

    private static IEnumerable<string> Words(string file, SweepPlan plan, IEnumerable<string> overrides, bool retry)
    {
        string[] more = retry ? ["--retry-failed"] : [];
        return ["sweep", file, "--runs", plan.Runs, "--id", plan.Id, .. overrides.SelectMany(each => (string[])["--set", each]), .. more];
    }
}
