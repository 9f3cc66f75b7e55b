using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Host.Pipelines;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Diagnostics;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Host.Commands;

/// <summary><c>bench pipeline RECIPE</c>: what the data can do without the model.</summary>
internal static class PipelineCommand
{
    public static Verb Create(CommandOutput output)
    {
        Argument<string> recipe = SharedOptions.Argument<string>("RECIPE", "The recipe, a YAML file (docs/recipes.md).");
        Option<string[]> set = SharedOptions.Set();
        Option<double> seconds = new("--seconds") { Description = "How long each order is measured.", DefaultValueFactory = _ => 10, HelpName = "S" };
        Option<double?> rate = new("--rate") { Description = "Images a second of a device: how many cores does it need?", HelpName = "N" };
        Option<bool> json = SharedOptions.Json("the figures");
        var command = new Verb("pipeline", """
            Measures a recipe's pipeline alone: images a second, the stage that limits, the cores that a device's rate needs, bytes and
            seeks an image. With data.shuffle in blocks the full shuffle is measured beside it.
            """,
            "bench pipeline configs/a3.yaml --rate 2500",
            "bench pipeline configs/a3.yaml --set 'data.shuffle=blocks(256, 8192)' --seconds 30")
        { recipe, set, seconds, rate, json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(rate) is <= 0)
            {
                throw new UserErrorException("--rate: above 0");
            }

            Recipe ready = RunPreflight.Check(RecipeLoader.Load(parsed.GetRequiredValue(recipe), parsed.GetValue(set) ?? []));
            var bench = new PipelineBench(ready, TimeSpan.FromSeconds(Math.Max(0, parsed.GetValue(seconds))), parsed.GetValue(rate), NullLogger.Instance);
            var results = new List<PipelineBenchResult>();
            using var signals = new StopSignals(_ => { }, () => { });
            try
            {
                foreach (Shuffle shuffle in ready.Data.Shuffle.Blocks ? [ready.Data.Shuffle, Shuffle.Full] : (ReadOnlySpan<Shuffle>)[Shuffle.Full])
                {
                    results.Add(bench.Run(shuffle, signals.Token));
                    if (!parsed.GetValue(json))
                    {
                        Write(output.Out, results[^1]);
                    }
                }
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                output.Error.WriteLine("stopped");
                return signals.ExitCode;
            }

            if (parsed.GetValue(json))
            {
                output.Out.WriteLine(JsonSerializer.Serialize([.. results], CommandJson.Default.PipelineBenchResultArray));
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(TextWriter writer, PipelineBenchResult result)
    {
        writer.WriteLine(Printable.Text($"{result.Source}, shuffle {result.Shuffle}, {result.Workers} workers"));
        writer.WriteLine(Line($"  {result.ImagesPerSecond:F0} images a second, {result.ImagesPerCoreSecond:F0} a core; {result.BytesPerImage / 1000:F0} kB and {result.SeeksPerImage:F3} seeks an image"));
        foreach ((string stage, double seconds) in result.Stages)
        {
            writer.WriteLine(Line($"  {stage,-28}{1e6 * seconds / Math.Max(1, result.Images),10:F0} us an image"));
        }

        writer.WriteLine(result.Limit is { } limit
            ? $"  the limit is: {limit}; {Enum.GetValues<StallCause>().First(cause => cause.Label() == limit).Advice()} (docs/stalls.md)"
            : "  nothing was waited for");
        if (result.Rate is { } rate)
        {
            writer.WriteLine(Line($"  a device that takes {rate:F0} images a second needs {result.CoresForRate:F1} such cores"));
        }
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
