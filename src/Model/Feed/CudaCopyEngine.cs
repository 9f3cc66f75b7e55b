using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Feed;

/// <summary>Copies on a CUDA stream of its own, beside the one that libtorch computes on.</summary>
internal sealed class CudaCopyEngine : ICopyEngine
{
    private readonly CudaStream _stream;

    /// <summary>Makes the stream.</summary>
    /// <param name="library">The driver's library.</param>
    /// <param name="index">The device's number.</param>
    /// <exception cref="IOException">The driver gives none.</exception>
    public CudaCopyEngine(nint library, int index) => _stream = new CudaStream(library, index);

    /// <summary>The engine of a device; null where there is no driver.</summary>
    public static CudaCopyEngine? Of(Device device) => CudaDriver.Library is { } library ? new CudaCopyEngine(library, device.index) : null;

    /// <inheritdoc/>
    public bool Computing => _stream.Computing;

    /// <inheritdoc/>
    public void Begin(Tensor source, Tensor destination)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        long bytes = source.NumberOfElements;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, destination.NumberOfElements, nameof(source));
        _stream.Copy(TensorAddress.Of(source), TensorAddress.Of(destination), bytes, "a batch cannot be copied to the device");
        GC.KeepAlive(source);
        GC.KeepAlive(destination);
    }

    /// <inheritdoc/>
    public void Wait() => _stream.Wait("a batch did not come to the device");

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
