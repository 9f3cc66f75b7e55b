using System.CommandLine;
using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Client;
using StreamTrainer.Host.Ranks;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>train RECIPE</c>: a new run.</summary>
internal static class TrainCommand
{
    public static Command Create(CommandOutput output)
    {
        Argument<string> recipe = SharedOptions.Argument<string>("RECIPE", "The recipe, a YAML file (docs/recipes.md).");
        Option<string> runs = SharedOptions.Runs("The folder of all runs.");
        Option<string?> id = SharedOptions.Text("--id", "NAME", "The run's name; by default the time and the model's name.");
        Option<bool> print = new("--print-recipe") { Description = "Print the resolved recipe and train nothing." };
        Option<string?> model = SharedOptions.Model();
        Option<string[]> set = SharedOptions.Set();
        Option<bool> json = SharedOptions.Json("the run's summary"), quietly = SharedOptions.Quiet();
        Option<bool> detach = new("--detach") { Description = "With --server: submit, print the run's name, and do not wait for its end." };
        Option<int> priority = new("--priority") { Description = "With --server: runs of a higher one start before others.", HelpName = "N" };
        Option<string[]> after = new("--after") { Description = "With --server: a run that must be complete before this one starts; may be given several times.", HelpName = "RUN", DefaultValueFactory = _ => [] };
        Option<int?> processes = new("--ranks") { Description = "With --server: processes that train together there.", HelpName = "N" };
        var command = new Verb("train", """
            Trains a model by a recipe, into a new directory: runs/ID holds the recipe, the environment, checkpoints, events,
            the log and at the end summary.json. Ctrl-C stops after a step and saves; 'resume runs/ID' goes on.
            """,
            "train configs/demo.yaml",
            "train configs/a2.yaml --model regnety_040 --set data.train=/data/imagenet/train --set data.val=/data/imagenet/val",
            "train configs/cifar10.yaml --id first --set train.epochs=5 --set optimizer.lr=0.5",
            "train configs/cifar10.yaml --server http://trainer:5000 --priority 5")
        { recipe, model, runs, id, set, print, json, quietly, detach, priority, after, processes };
        command.IsRemote = true;
        command.SetAction(parsed =>
        {
            string[] overrides = parsed.GetValue(set) ?? [];
            if (parsed.GetValue(print))
            {
                LoadedRecipe printed = RecipeLoader.Load(parsed.GetRequiredValue(recipe), overrides, model: parsed.GetValue(model));
                if (parsed.GetValue(json))
                {
                    throw new UserErrorException("--print-recipe prints YAML, and --json the summary of a run; leave one of them out");
                }

                output.Out.Write(RecipeWriter.Write(printed.Recipe));
                return ExitCodes.Success;
            }

            if (parsed.GetValue(SharedOptions.Server) is { } server)
            {
                var submission = new Submission
                {
                    Model = parsed.GetValue(model),
                    Set = overrides,
                    Id = parsed.GetValue(id),
                    Priority = parsed.GetValue(priority),
                    After = parsed.GetValue(after) ?? [],
                    Ranks = parsed.GetValue(processes),
                };
                return RunsCommand.Asking(() => new RemoteTraining(output, server, parsed.GetValue(json), parsed.GetValue(quietly)).Run(parsed.GetRequiredValue(recipe), submission, !parsed.GetValue(detach)));
            }

            if (parsed.GetValue(detach) || parsed.GetValue(processes) is not null || parsed.GetValue(after) is { Length: > 0 })
            {
                throw new UserErrorException("--detach, --after and --ranks are for a service; name it with --server (mpirun starts several ranks here)");
            }

            using RankSession ranks = RankSession.Join();
            (LoadedRecipe loaded, Recipe ready) = ranks.Together(() =>
            {
                LoadedRecipe read = RecipeLoader.Load(parsed.GetRequiredValue(recipe), overrides, model: parsed.GetValue(model));
                if (ranks.Rank == 0)
                {
                    RunDirectory.CheckNew(parsed.GetRequiredValue(runs), parsed.GetValue(id));
                }

                Recipe checkedHere = RunPreflight.Check(read);
                StepShare.Of(checkedHere, ranks.Rank, ranks.Size);
                return (read, checkedHere);
            });
            if (ranks.Rank != 0)
            {
                return FollowerExecution.Run(ranks, ready);
            }

            bool quiet = parsed.GetValue(quietly), verbose = parsed.GetValue(SharedOptions.Verbose);
            using TrainingData data = RunPreflight.Open(loaded, ready, output.Error, verbose);
            RunDirectory run = RunDirectory.Create(parsed.GetRequiredValue(runs), parsed.GetValue(id), ready, Environment.GetCommandLineArgs(), loaded.Path);
            try
            {
                return new RunExecution(output, parsed.GetValue(json), quiet, verbose, ranks).Run(run, ready, data);
            }
            catch (UserErrorException) when (!run.HasStarted)
            {
                // What is wrong with the recipe stands frozen in there: nobody could ever resume it, and its name would be taken.
                run.Remove();
                throw;
            }
        });
        return command;
    }
}
