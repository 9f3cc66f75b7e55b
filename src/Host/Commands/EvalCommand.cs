using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
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
        var weights = new WeightsOptions();
        Option<string?> data = SharedOptions.Text("--data", "PATH", "What to score on; by default the recipe's data.val.");
        Option<bool> fold = new("--fold") { Description = "Fold norms into the convolutions before them: faster, equal but for rounding." };
        Option<bool> json = SharedOptions.Json("the scores");
        var command = new Verb("eval", """
            Scores a model: top-1, top-5 and mean cross-entropy over a data set, every image once.
            """,
            "eval runs/first",
            "eval runs/first --data other.tar --checkpoint last --json",
            "eval model.safetensors --recipe configs/cifar10.yaml",
            "eval timm/resnet50.a1_in1k --data imagenet/val --fold")
        { data, fold, json };
        weights.AddTo(command);
        command.SetAction(parsed =>
        {
            RunWeights found = weights.Find(parsed, withData: parsed.GetValue(data) is null, output.Error.WriteLine);
            string where = parsed.GetValue(data) ?? found.Recipe.Data.Val
                ?? throw new UserErrorException("the recipe has no data.val; name what to score on with --data");
            using var display = ProgressDisplay.For(output.Error, quiet: true, found.Recipe);
            var logger = new DisplayLogger(display, parsed.GetValue(SharedOptions.Verbose));
            using var signals = new StopSignals(_ => { }, display.Restore);
            EvaluationAnswer answer;
            try
            {
                answer = TrainThread.Run(() => Evaluate(found, where, parsed.GetValue(fold), logger, signals.Token));
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                output.Error.WriteLine("stopped");
                return signals.ExitCode;
            }

            output.Out.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(answer, CommandJson.Default.EvaluationAnswer) : Printable.Text(Text(answer)));
            return ExitCodes.Success;
        });
        return command;
    }

    private static EvaluationAnswer Evaluate(RunWeights weights, string where, bool fold, ILogger logger, CancellationToken stop)
    {
        ISampleSource source = SampleSources.Open(where, logger);
        if (weights is { ClassNames: { } names, AreOfARun: true })
        {
            source = ClassMap.Align(source, names, weights.File);
        }

        using (source)
        {
            ComputeDevice device = ComputeDevice.Resolve(weights.Recipe.Train, logger);
            using ImageClassifier model = weights.Load(source.ClassNames, device);
            if (fold)
            {
                model.Fold();
            }

            EvaluationResult result = new Evaluator(source, weights.Recipe, device, logger).Run(model, stop);
            return new EvaluationAnswer(result.Top1, result.Top5, result.Loss, result.Samples, source.Count - result.Samples, weights.File, where);
        }
    }

    private static string Text(EvaluationAnswer answer)
    {
        string bad = answer.BadSamples == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {answer.BadSamples} could not be used");
        return string.Create(CultureInfo.InvariantCulture,
            $"top-1 {100 * answer.Top1:F2} %, top-5 {100 * answer.Top5:F2} %, loss {answer.Loss:F4} on {Counted.Of(answer.Samples, "image")} of {answer.Data}{bad} ({answer.Weights})");
    }
}
