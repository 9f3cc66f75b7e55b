using System.Runtime.InteropServices;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Model.Health;

/// <summary>Tells a GPU that is gone, or whose kernels failed, from a mistake of the program, by libtorch's words: after such an error
/// nothing can be computed on it in this process.</summary>
internal static class DeviceFaults
{
    private static readonly string[] s_words = ["CUDA error", "CUDA driver error", "CUBLAS_STATUS_", "CUDNN_STATUS_", "cuDNN error", "NCCL Error"];

    /// <summary>The error as it is told; null where it is another.</summary>
    public static RunFailedException? Of(Exception error, string device)
    {
        ArgumentNullException.ThrowIfNull(error);
        // Out of memory is no fault of the device.
        if (error is not ExternalException || error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || !s_words.Any(word => error.Message.Contains(word, StringComparison.Ordinal)))
        {
            return null;
        }

        string first = error.Message.Trim().Split('\n')[0].Trim().TrimEnd('.');
        return new RunFailedException($"{device} does not compute any more ({first}): look for Xid lines in the kernel's log (dmesg), restart or replace the device, then resume; the checkpoints still stand", error);
    }
}
