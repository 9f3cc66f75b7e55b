using System.CommandLine;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;

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
        Option<string[]> set = SharedOptions.Set();
        Option<bool> json = SharedOptions.Json("the run's summary"), quiet = SharedOptions.Quiet();
        var command = new Verb("train", """
            Trains a model by a recipe, into a new directory: runs/ID holds the recipe, the environment, checkpoints, events,
            the log and at the end summary.json. Ctrl-C stops after a step and saves; 'resume runs/ID' goes on.
            """,
            "train configs/demo.yaml",
            "train configs/cifar10.yaml --id first --set train.epochs=5 --set optimizer.lr=0.5")
        { recipe, runs, id, set, print, json, quiet };
        command.SetAction(parsed =>
        {
            LoadedRecipe loaded = RecipeLoader.Load(parsed.GetRequiredValue(recipe), parsed.GetValue(set) ?? []);
            if (parsed.GetValue(print))
            {
                output.Out.Write(RecipeWriter.Write(loaded.Recipe));
                return ExitCodes.Success;
            }

            Recipe ready = RunPreflight.Check(loaded.Recipe);
            RunDirectory run = RunDirectory.Create(parsed.GetRequiredValue(runs), parsed.GetValue(id), ready, Environment.GetCommandLineArgs(), loaded.Path);
            return new RunExecution(output, parsed.GetValue(json), parsed.GetValue(quiet), parsed.GetValue(SharedOptions.Verbose)).Run(run, ready, resumeFrom: null);
        });
        return command;
    }
}
