using static TorchSharp.torch;

namespace StreamTrainer.Model.Feed;

/// <summary>Copies batches to a device while the device computes. One copy at a time. Training thread only.</summary>
public interface ICopyEngine : IDisposable
{
    /// <summary>Begins to copy and returns at once.</summary>
    /// <param name="source">Page-locked memory of this machine, uint8, contiguous; stays as it is until <see cref="Wait"/> returns.</param>
    /// <param name="destination">As many bytes on the device, which nothing there uses until then.</param>
    void Begin(Tensor source, Tensor destination);

    /// <summary>Waits for the copy that was begun.</summary>
    /// <exception cref="IOException">The device has failed.</exception>
    void Wait();
}
