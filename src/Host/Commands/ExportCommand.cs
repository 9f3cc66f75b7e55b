using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Export;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Commands;

/// <summary>What <c>export --json</c> prints.</summary>
internal sealed record ExportAnswer(string File, string Format, long Bytes, string Model, int Classes, string Weights);

/// <summary><c>export RUN|WEIGHTS --to FORMAT</c>: a model for other programs.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandOutput output)
    {
        var weights = new WeightsOptions();
        Option<ExportFormat?> to = SharedOptions.Choice<ExportFormat>("--to", "FORMAT", "The format: safetensors (timm's keys), pth (PyTorch's torch.load) or onnx (norms folded).");
        Option<string?> file = SharedOptions.Text("--out", "FILE", "The file; by default the model's name in the current folder.");
        Option<int?> size = new("--size") { Description = "onnx: side of the images that the graph takes; by default the evaluation's.", HelpName = "PIXELS" };
        Option<bool> json = SharedOptions.Json("what was written");
        var command = new Verb("export", """
            Writes a model's weights for other programs: as safetensors or .pth for timm and PyTorch, or as an ONNX graph for
            whoever serves it.
            """,
            "export runs/first --to onnx",
            "export runs/first --to pth --out resnet50.pth")
        { to, file, size, json };
        weights.AddTo(command);
        command.SetAction(parsed =>
        {
            ExportFormat format = parsed.GetValue(to) ?? throw new UserErrorException("--to: name the format: safetensors, pth or onnx");
            if (parsed.GetValue(size) is { } wanted && (format != ExportFormat.Onnx || wanted < 1))
            {
                throw new UserErrorException("--size: is for onnx, and at least 1");
            }

            if (parsed.GetValue(file) is { } path)
            {
                WriteErrors.CheckOut(path, $"model.{Extension(format)}");
            }

            RunWeights found = weights.Find(parsed, withData: false, output.Error.WriteLine);
            ExportAnswer answer = TrainThread.Run(() => Export(found, format, parsed.GetValue(file), parsed.GetValue(size)));
            output.Out.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(answer, CommandJson.Default.ExportAnswer)
                : Printable.Text(string.Create(CultureInfo.InvariantCulture, $"{answer.File}: {answer.Model}, {Counted.Of(answer.Classes, "class", "classes")}, {answer.Bytes / 1e6:F1} MB ({answer.Weights})")));
            return ExitCodes.Success;
        });
        return command;
    }

    private static string Extension(ExportFormat format) => format.ToString().ToLowerInvariant();

    private static ExportAnswer Export(RunWeights weights, ExportFormat format, string? file, int? size)
    {
        Recipe recipe = weights.Recipe with { Train = weights.Recipe.Train with { Device = "cpu", Precision = Model.Precision.PrecisionMode.Fp32 } };
        using ImageClassifier model = weights.Load(weights.ClassNames ?? [], ComputeDevice.Resolve(recipe.Train, NullLogger.Instance));
        string extension = Extension(format), path = file ?? $"{model.Config.Name}.{extension}";
        try
        {
            ModelExport.Write(model, format, path, size ?? recipe.Eval.Size, Facts(recipe, weights.ClassNames));
        }
        catch (Exception error) when (WriteTrouble.Is(error))
        {
            throw WriteErrors.Of($"--out: {path}", path, error);
        }

        return new ExportAnswer(path, extension, new FileInfo(path).Length, model.Config.Name, model.Config.NumClasses, weights.File);
    }

    /// <summary>What a server must know of the images that the graph takes, and of the classes that it tells apart.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Facts(Recipe recipe, IReadOnlyList<string>? classes)
    {
        yield return new("mean", string.Join(' ', recipe.Data.Mean.Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
        yield return new("std", string.Join(' ', recipe.Data.Std.Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
        yield return new("cropPct", recipe.Eval.CropPct.ToString("R", CultureInfo.InvariantCulture));
        yield return new("interpolation", recipe.Eval.Interpolation.ToString().ToLowerInvariant());
        if (classes is not null)
        {
            yield return new("classes", JsonSerializer.Serialize([.. classes], StringsJson.Default.StringArray));
        }
    }
}

/// <summary>JSON of texts, generated at build.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class StringsJson : System.Text.Json.Serialization.JsonSerializerContext;
