using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Pipelines;
using StreamTrainer.Host.Plans;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>plan RECIPE</c>: what a run will take, before it is begun.</summary>
internal static class PlanCommand
{
    public static Verb Create(CommandOutput output)
    {
        Argument<string?> recipe = SharedOptions.Argument<string?>("RECIPE", "The recipe, a YAML file (docs/recipes.md); with --left-out it may be missing.");
        recipe.Arity = ArgumentArity.ZeroOrOne;
        Option<string?> devices = SharedOptions.Text("--devices", "NxNAME", $"Where it is to run: {string.Join(", ", PlannedDevices.Names)} (this machine's), with their number in front.");
        Option<string?> model = SharedOptions.Model();
        Option<string[]> set = SharedOptions.Set();
        Option<long?> images = new("--images") { Description = "Samples of the training set; by default the recipe's own, or ImageNet-1k's where that is a sample of it or not here.", HelpName = "N" };
        Option<double?> price = new("--price") { Description = "What a device costs an hour, for the cost of all.", HelpName = "AMOUNT" };
        Option<double> seconds = new("--seconds") { Description = "How long this machine is measured; 0 with named devices: not at all.", DefaultValueFactory = _ => 6, HelpName = "S" };
        Option<bool> leftOut = new("--left-out") { Description = "Print what predictions are worth: every cell of the paper's table 3 predicted without its row." };
        Option<bool> json = SharedOptions.Json("the plan");
        var command = new Verb("plan", """
            Tells what a run will take: steps, images, hours, peak memory, the training set's size, the cores that feed the devices, the
            cost. Hours on V100s are those of table 3 of "ResNet strikes back", or scaled from them; 'measured' trains for moments on this
            machine.
            """,
            "plan configs/a1.yaml --devices 4xV100-32GB",
            "plan configs/a2.yaml --model regnety_040 --devices 8xA100-80GB --price 2.5 --json",
            "plan configs/demo.yaml --devices measured",
            "plan --left-out")
        { recipe, devices, model, set, images, price, seconds, leftOut, json };
        command.SetAction(parsed =>
        {
            bool asJson = parsed.GetValue(json);
            if (parsed.GetValue(recipe) is not { } path)
            {
                if (!parsed.GetValue(leftOut))
                {
                    throw new UserErrorException("RECIPE is missing: the recipe to plan, or --left-out");
                }

                Write(output.Out, LeftOut.Paper, asJson);
                return ExitCodes.Success;
            }

            PlannedDevices where = PlannedDevices.Parse(parsed.GetValue(devices)
                ?? throw new UserErrorException($"--devices is missing: where the run is to be, as --devices 4xV100-32GB; there are {string.Join(", ", PlannedDevices.Names)}"));
            Check(parsed.GetValue(seconds), where, parsed.GetValue(images), parsed.GetValue(price));
            bool here = where.Known is null;
            LoadedRecipe loaded = RecipeLoader.Load(path, parsed.GetValue(set) ?? [], withData: here, parsed.GetValue(model));
            using var folder = new BenchFolder();
            using var signals = new StopSignals(_ => { }, folder.Dispose);
            try
            {
                var planner = new RunPlanner(loaded, where, parsed.GetValue(images), parsed.GetValue(seconds));
                RunPlan plan = TrainThread.Run(() => planner.Plan(folder, signals.Token)) with { Price = parsed.GetValue(price) };
                if (asJson)
                {
                    output.Out.WriteLine(JsonSerializer.Serialize(plan with { LeftOut = parsed.GetValue(leftOut) ? LeftOut.Paper : null }, CommandJson.Default.RunPlan));
                    return ExitCodes.Success;
                }

                WriteLines(output.Out, PlanText.Of(plan));
                if (parsed.GetValue(leftOut))
                {
                    output.Out.WriteLine();
                    Write(output.Out, LeftOut.Paper, asJson: false);
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

    private static void Check(double seconds, PlannedDevices where, long? images, double? price)
    {
        if (seconds is not (>= 0 and <= 3600) || (seconds == 0 && where.Known is null))
        {
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"--seconds: {seconds} is not {(where.Known is null ? "above 0 and" : "0 or more and")} at most 3600"));
        }

        if (images is < 1)
        {
            throw new UserErrorException("--images: at least 1");
        }

        if (price is not (null or (>= 0 and <= 1e9)))
        {
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"--price: {price} is no price of an hour"));
        }
    }

    private static void Write(TextWriter writer, LeftOut leftOut, bool asJson)
    {
        if (asJson)
        {
            writer.WriteLine(JsonSerializer.Serialize(leftOut, CommandJson.Default.LeftOut));
            return;
        }

        WriteLines(writer, PlanText.Of(leftOut));
    }

    private static void WriteLines(TextWriter writer, IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            writer.WriteLine(line);
        }
    }
}
