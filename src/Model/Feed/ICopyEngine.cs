using static TorchSharp.torch;

namespace StreamTrainer.Model.Feed;

/// <summary>Copies batches to a device while the device computes. One copy at a time. Training thread only.</summary>
public interface ICopyEngine : IDisposable
{
    /// <summary>Begins to copy and returns at once. The memory stays until <see cref="Wait"/> returns, the tensor that names it need not.</summary>
    /// <param name="source">Page-locked memory of this machine, uint8, contiguous; nobody writes to it until then.</param>
    /// <param name="destination">As many bytes on the device, which nothing there uses meanwhile.</param>
    void Begin(Tensor source, Tensor destination);

    /// <summary>Whether the device still computes something that was launched.</summary>
    bool Computing { get; }

    /// <summary>Waits for the copy that was begun.</summary>
    /// <exception cref="IOException">The device has failed.</exception>
    void Wait();
}
