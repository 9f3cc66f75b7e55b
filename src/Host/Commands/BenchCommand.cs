using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Models;
using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>bench</c>: measurements on this machine.</summary>
internal static class BenchCommand
{
    public static Command Create(CommandOutput output) => new("bench", "Measures on this machine.") { Model(output), PipelineCommand.Create(output) };

    private static Verb Model(CommandOutput output)
    {
        Argument<string[]> names = SharedOptions.Argument<string[]>("NAME", "Architectures, or parts of names such as resnet.");
        names.Arity = ArgumentArity.OneOrMore;
        Option<int> batch = new("--batch") { Description = "Images a batch.", DefaultValueFactory = _ => 128, HelpName = "N" };
        Option<PrecisionMode?> precision = SharedOptions.Choice<PrecisionMode>("--precision", "NAME", "Arithmetic: auto, fp32, tf32, fp16 or bf16.");
        Option<string?> device = SharedOptions.Text("--device", "NAME", "cpu, cuda, cuda:1 ...; by default cuda where there is one.");
        Option<int?> size = new("--size") { Description = "Side of the images; by default Table 4's.", HelpName = "PIXELS" };
        Option<double> seconds = new("--seconds") { Description = "How long each is measured, at least.", DefaultValueFactory = _ => 5, HelpName = "S" };
        Option<bool> inference = new("--inference") { Description = "Only inference." };
        Option<bool> fold = new("--fold") { Description = "Inference with norms folded into convolutions." };
        Option<bool> again = new("--checkpoint-activations") { Description = "Training with activations computed again in the backward pass (train.checkpointActivations)." };
        Option<bool> json = SharedOptions.Json("the figures");
        var command = new Verb("model", """
            Measures inference and training of architectures: images a second and peak memory, the way of the paper's Table 4, whose
            V100 stands beside.
            """,
            "bench model resnet50 --batch 128 --precision fp16",
            "bench model resnet50 vit_tiny --batch 8 --device cpu --inference")
        { names, batch, precision, device, size, seconds, inference, fold, again, json };
        command.SetAction(parsed =>
        {
            int images = parsed.GetValue(batch) is >= 1 and var count ? count : throw new UserErrorException("--batch: at least 1");
            if (parsed.GetValue(size) is < 1)
            {
                throw new UserErrorException("--size: at least 1");
            }

            string[] chosen = [.. ModelsCommand.Chosen(parsed.GetRequiredValue(names))];
            var options = new TrainOptions { BatchSize = images, Precision = parsed.GetValue(precision) ?? PrecisionMode.Auto, Device = parsed.GetValue(device), CheckpointActivations = parsed.GetValue(again) };
            var bench = new ModelBench(options, parsed.GetValue(size), parsed.GetValue(seconds), parsed.GetValue(fold));
            var results = new List<BenchResult>();
            using var signals = new StopSignals(_ => { }, () => { });
            try
            {
                foreach (string name in chosen)
                {
                    BenchResult result = TrainThread.Run(() => bench.Run(name, !parsed.GetValue(inference), signals.Token));
                    if (!parsed.GetValue(json))
                    {
                        Write(output.Out, result, results.Count == 0);
                    }

                    results.Add(result);
                }
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                output.Error.WriteLine("stopped");
                return signals.ExitCode;
            }

            if (parsed.GetValue(json))
            {
                output.Out.WriteLine(JsonSerializer.Serialize([.. results], CommandJson.Default.BenchResultArray));
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(TextWriter writer, BenchResult result, bool first)
    {
        if (first)
        {
            writer.WriteLine(Printable.Text(string.Create(CultureInfo.InvariantCulture, $"{result.Device}, {result.Precision}, batch {result.Batch}")));
            writer.WriteLine($"{"name",-26} {"size",5} {"inference/s",12} {"peak MB",9} {"training/s",12} {"peak MB",9} {"V100/s",9} {"V100 MB",8}");
        }

        writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.Name,-26} {result.Resolution,5} {result.InferenceImagesPerSecond,12:F1} {result.InferencePeakMb,9:F0} {result.TrainImagesPerSecond,12:F1} {result.TrainPeakMb,9:F0} {result.PaperV100ImagesPerSecond,9:F1} {result.PaperPeakMb,8:F0}"));
    }
}
