using System.CommandLine;
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
        var command = new Verb("train", """
            Trains a model by a recipe, into a new directory: runs/ID holds the recipe, the environment, checkpoints, events,
            the log and at the end summary.json. Ctrl-C stops after a step and saves; 'resume runs/ID' goes on.
            """,
            "train configs/demo.yaml",
            "train configs/a2.yaml --model regnety_040 --set data.train=/data/imagenet/train --set data.val=/data/imagenet/val",
            "train configs/cifar10.yaml --id first --set train.epochs=5 --set optimizer.lr=0.5")
        { recipe, model, runs, id, set, print, json, quietly };
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
