using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Pipelines;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>bench pipeline RECIPE</c>: what the data can do without the model.</summary>
internal static class PipelineCommand
{
    public static Verb Create(CommandOutput output)
    {
        Argument<string> recipe = SharedOptions.Argument<string>("RECIPE", "The recipe, a YAML file (docs/recipes.md).");
        Option<string?> model = SharedOptions.Model();
        Option<string[]> set = SharedOptions.Set();
        Option<double> seconds = new("--seconds") { Description = "How long the pipeline is measured, and as long again what packing brings.", DefaultValueFactory = _ => 10, HelpName = "S" };
        Option<double?> rate = new("--rate") { Description = "Images a second of a device: how many cores does it need?", HelpName = "N" };
        Option<bool> json = SharedOptions.Json("the figures");
        var command = new Verb("pipeline", """
            Measures a recipe's pipeline without the model: images a second, the stage that limits, and the cores that a device's rate
            needs; bytes, requests and seeks an image, counted for the recipe's order and for the other one; and what pack would bring,
            measured on some of the training set's own images, packed into a temporary folder.
            """,
            "bench pipeline configs/a3.yaml --rate 2500",
            "bench pipeline configs/a3.yaml --set 'data.shuffle=blocks(256, 8192)' --seconds 30")
        { recipe, model, set, seconds, rate, json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(rate) is <= 0)
            {
                throw new UserErrorException("--rate: above 0");
            }

            if (parsed.GetValue(seconds) is not (> 0 and <= 3600))
            {
                throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"--seconds: {parsed.GetValue(seconds)} is not above 0 and at most 3600"));
            }

            Recipe ready = RunPreflight.Check(RecipeLoader.Load(parsed.GetRequiredValue(recipe), parsed.GetValue(set) ?? [], model: parsed.GetValue(model)));
            bool asJson = parsed.GetValue(json);
            using var folder = new BenchFolder();
            using var signals = new StopSignals(_ => { }, folder.Dispose);
            try
            {
                var bench = new PipelineBench(ready, TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rate), folder);
                PipelineBenchReport report = bench.Run(asJson ? _ => { } : grown => Write(output.Out, grown), signals.Token);
                if (asJson)
                {
                    output.Out.WriteLine(JsonSerializer.Serialize(report, CommandJson.Default.PipelineBenchReport));
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

    /// <summary>Writes the part that came last.</summary>
    private static void Write(TextWriter writer, PipelineBenchReport report)
    {
        IEnumerable<string> lines = report.Pack is not null ? PipelineBenchText.Pack(report)
            : report.Reads.Count > 0 ? PipelineBenchText.Reads(report)
            : PipelineBenchText.Speed(report);
        foreach (string line in lines)
        {
            writer.WriteLine(line);
        }

        writer.Flush();
    }
}
