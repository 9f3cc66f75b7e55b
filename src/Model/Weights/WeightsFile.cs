using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Weights;

/// <summary>Files of weights, whatever their format: safetensors, and what PyTorch saves. What a file is, its first bytes say.</summary>
public static class WeightsFile
{
    /// <summary>Reads a state dict, to the CPU; wrappers are unwrapped as timm does. Tensors belong to the caller's dispose scope.</summary>
    /// <exception cref="UserErrorException">The file is missing, damaged, or asks for what is refused.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            return Read(file, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be read: {ReadTrouble.Of(error)}", error);
        }
    }

    /// <summary>The same from a stream that can seek.</summary>
    internal static IReadOnlyDictionary<string, Tensor> Read(Stream file, string path)
    {
        Span<byte> start = stackalloc byte[4];
        int count = file.ReadAtLeast(start, 4, throwOnEndOfStream: false);
        file.Position = 0;
        return TorchFile.Recognises(start[..count])
            ? TorchFile.Read(file, path)
            : Safetensors.Read(file, path).ToDictionary(entry => Wrappers.WithoutPrefix(entry.Key), entry => entry.Value, StringComparer.Ordinal);
    }
}
