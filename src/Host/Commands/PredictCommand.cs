using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Commands;

/// <summary><c>predict RUN|WEIGHTS IMAGE...</c>: what a model says of images.</summary>
internal static class PredictCommand
{
    public static Command Create(CommandOutput output)
    {
        var weights = new WeightsOptions();
        Argument<string[]> images = SharedOptions.Argument<string[]>("IMAGE", "Image files, or folders of them.");
        images.Arity = ArgumentArity.ZeroOrMore;
        Option<int> top = new("--top") { Description = "How many classes to show for an image.", DefaultValueFactory = _ => 5, HelpName = "N" };
        Option<bool> json = SharedOptions.Json("the predictions");
        var command = new Verb("predict", """
            Classifies images with a run's model, seen as in its evaluation.
            """,
            "predict runs/first cat.jpg dog.png --top 3",
            "predict runs/first photos/ --json",
            "predict --weights timm/resnet50.a1_in1k cat.jpg")
        { images, top, json };
        weights.AddTo(command);
        command.Validators.Add(result =>
        {
            // With --weights the first word is an image too.
            if (result.Children.OfType<System.CommandLine.Parsing.ArgumentResult>().Sum(argument => argument.Tokens.Count) < (result.GetResult("--weights") is null ? 2 : 1))
            {
                result.AddError($"{images.Name} is missing: {images.Description}");
            }
        });
        command.SetAction(parsed =>
        {
            RunWeights found = weights.Find(parsed, withData: false, output.Error.WriteLine);
            string[] files = [.. weights.AreNamedByOption(parsed) && parsed.GetValue(weights.Argument) is { } first ? [first] : (string[])[], .. parsed.GetRequiredValue(images)];
            files = [.. files.SelectMany(file => Directory.Exists(file) ? ImageFiles.In(file) : [file])];
            int count = parsed.GetValue(top) is >= 1 and var wanted ? wanted : throw new UserErrorException("--top: at least 1");
            using var display = ProgressDisplay.For(output.Error, quiet: true, found.Recipe);
            var logger = new DisplayLogger(display, parsed.GetValue(SharedOptions.Verbose));
            using var signals = new StopSignals(_ => { }, display.Restore);
            ImagePrediction[] predictions;
            try
            {
                predictions = TrainThread.Run(() => Predict(found, files, count, logger, signals.Token));
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                output.Error.WriteLine("stopped");
                return signals.ExitCode;
            }

            if (parsed.GetValue(json))
            {
                output.Out.WriteLine(JsonSerializer.Serialize(predictions, CommandJson.Default.ImagePredictionArray));
            }

            foreach (ImagePrediction prediction in predictions)
            {
                if (prediction.Error is { } error)
                {
                    output.Error.WriteLine($"error: {Printable.Text(prediction.Image)}: {Printable.Text(error)}");
                }
                else if (!parsed.GetValue(json))
                {
                    output.Out.WriteLine(Printable.Text(prediction.Image));
                    foreach (ClassProbability each in prediction.Classes)
                    {
                        output.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {100 * each.Probability,6:F2} %  {Printable.Text(each.Name)}"));
                    }
                }
            }

            return predictions.Any(prediction => prediction.IsNoFile) ? ExitCodes.UserError
                : predictions.Any(prediction => prediction.Error is not null) ? ExitCodes.Failure : ExitCodes.Success;
        });
        return command;
    }

    private static ImagePrediction[] Predict(RunWeights weights, string[] images, int top, ILogger logger, CancellationToken stop)
    {
        ComputeDevice device = ComputeDevice.Resolve(weights.Recipe.Train, logger);
        using ImageClassifier model = weights.Load([], device);
        using var predictor = new Predictor(model, weights.Recipe, device);
        IReadOnlyList<string> names = weights.ClassNames ?? [];
        return [.. images.Select(image =>
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                double[] probabilities = predictor.Probabilities(File.ReadAllBytes(image));
                return new ImagePrediction(image, [.. probabilities
                    .Select((probability, i) => new ClassProbability(i < names.Count ? names[i] : i.ToString(CultureInfo.InvariantCulture), probability))
                    .OrderByDescending(each => each.Probability).Take(top)]);
            }
            catch (Pipeline.Decoding.BadSampleException error)
            {
                return new ImagePrediction(image, []) { Error = error.Message };
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return new ImagePrediction(image, []) { Error = ReadTrouble.Of(error), IsNoFile = error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException };
            }
        })];
    }
}
