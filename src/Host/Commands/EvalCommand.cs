using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Commands;

/// <summary><c>eval RUN|WEIGHTS</c>: scores a model on a data set.</summary>
internal static class EvalCommand
{
    public static Command Create(CommandOutput output)
    {
        Argument<string> weights = SharedOptions.Argument<string>("RUN|WEIGHTS", "A run's directory, or a safetensors file (with --recipe).");
        Option<string?> recipe = new("--recipe") { Description = "The recipe; by default the run's own.", HelpName = "FILE" };
        Option<string?> data = new("--data") { Description = "What to score on; by default the recipe's data.val.", HelpName = "PATH" };
        Option<string> checkpoint = SharedOptions.Checkpoint();
        Option<bool> raw = SharedOptions.Raw(), json = SharedOptions.Json("the scores");
        var command = new Command("eval", """
            Scores a model: top-1, top-5 and mean cross-entropy over a data set, every image once.

            Examples:
              streamtrainer eval runs/first
              streamtrainer eval runs/first --data other.tar --checkpoint last --json
              streamtrainer eval model.safetensors --recipe configs/cifar10.yaml
            """)
        { weights, recipe, data, checkpoint, raw, json };
        command.SetAction(parsed =>
        {
            RunWeights found = RunWeights.Find(parsed.GetRequiredValue(weights), parsed.GetValue(recipe), parsed.GetRequiredValue(checkpoint), parsed.GetValue(raw));
            string where = parsed.GetValue(data) ?? found.Recipe.Data.Val
                ?? throw new UserErrorException("the recipe has no data.val; name what to score on with --data");
            using var display = ProgressDisplay.For(output.Error, quiet: true, found.Recipe);
            using var signals = new StopSignals(_ => { });
            EvaluationResult result = TrainThread.Run(() => Evaluate(found, where, new DisplayLogger(display), signals.Token));
            output.Out.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(new EvaluationAnswer(result.Top1, result.Top5, result.Loss, result.Samples, found.File, where), CommandJson.Default.EvaluationAnswer)
                : string.Create(CultureInfo.InvariantCulture, $"top-1 {100 * result.Top1:F2} %, top-5 {100 * result.Top5:F2} %, loss {result.Loss:F4} on {result.Samples} images of {where} ({found.File})"));
            return ExitCodes.Success;
        });
        return command;
    }

    private static EvaluationResult Evaluate(RunWeights weights, string where, Microsoft.Extensions.Logging.ILogger logger, CancellationToken stop)
    {
        ISampleSource source = SampleSources.Open(where);
        if (weights.ClassNames is { } names)
        {
            source = ClassMap.Align(source, names, weights.File);
        }

        using (source)
        {
            ComputeDevice device = ComputeDevice.Resolve(weights.Recipe.Train, logger);
            using ImageClassifier model = weights.Load(source.ClassNames, device);
            return new Evaluator(source, weights.Recipe, device, logger).Run(model, stop);
        }
    }
}
