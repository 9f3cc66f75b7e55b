using System.Globalization;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Weights;
using StreamTrainer.Pipeline.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Export;

/// <summary>Formats that a model is exported to.</summary>
public enum ExportFormat
{
    /// <summary>safetensors, under timm's names.</summary>
    Safetensors,

    /// <summary>PyTorch's own, a state dict that <c>torch.load</c> reads.</summary>
    Pth,

    /// <summary>An ONNX graph with the norms folded, for whoever serves the model.</summary>
    Onnx,
}

/// <summary>Writes a model for other programs. Files are there whole or not at all.</summary>
public static class ModelExport
{
    /// <summary>Writes it.</summary>
    /// <param name="model">The model, on the CPU.</param>
    /// <param name="format">The format.</param>
    /// <param name="path">The file; overwritten.</param>
    /// <param name="side">Side of the images that an ONNX graph takes.</param>
    /// <param name="facts">What an ONNX graph says of itself besides: keys and texts.</param>
    /// <exception cref="IOException">The disk is full or the like.</exception>
    public static void Write(ImageClassifier model, ExportFormat format, string path, int side, IEnumerable<KeyValuePair<string, string>> facts)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        switch (format)
        {
            case ExportFormat.Onnx:
                AtomicFile.Write(path, stream => WriteOnnx(model, stream, side, facts));
                break;
            case ExportFormat.Pth:
                Whole(path, temporary => TorchFile.Write(temporary, [.. model.state_dict()]));
                break;
            default:
                Whole(path, temporary => Safetensors.Write(temporary, model.state_dict()));
                break;
        }
    }

    /// <summary>An ONNX graph from <c>images</c>, normalised, <c>[batch, 3, side, side]</c>, to <c>logits</c>, <c>[batch, classes]</c>.</summary>
    internal static void WriteOnnx(ImageClassifier model, Stream stream, int side, IEnumerable<KeyValuePair<string, string>> facts)
    {
        var graph = new OnnxGraph();
        int[] input = [3, side, side];
        OnnxValue result = model.Apply(new OnnxOperations(graph), new OnnxValue("images", input));
        graph.Write(stream, model.Config.Name, ("images", input), ("logits", result.Shape), result.Name, facts);
    }

    private static void Whole(string path, Action<string> write)
    {
        string temporary = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.unfinished");
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
