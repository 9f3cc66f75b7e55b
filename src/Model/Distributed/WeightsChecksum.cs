using StreamTrainer.Model.Runtime;
using StreamTrainer.Pipeline.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Distributed;

/// <summary>A checksum of a tensor's bytes: ranks that hold the same weights say the same number.</summary>
internal static unsafe class WeightsChecksum
{
    private const int Chunk = 1 << 24;

    /// <summary>CRC-32C of a contiguous tensor; what is made on the way goes with the caller's scope.</summary>
    public static uint Of(Tensor tensor)
    {
        using var guard = no_grad();
        Tensor host = tensor.device_type == DeviceType.CPU ? tensor : tensor.cpu();
        byte* start = (byte*)TensorAddress.Of(host);
        long length = host.numel() * host.ElementSize;
        uint sum = 0;
        for (long first = 0; first < length; first += Chunk)
        {
            sum = Crc32C.Append(sum, new ReadOnlySpan<byte>(start + first, (int)Math.Min(Chunk, length - first)));
        }

        GC.KeepAlive(host);
        return sum;
    }
}
