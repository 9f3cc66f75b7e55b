using StreamTrainer.Model.Weights;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Training;

/// <summary>The tensors of a checkpoint as they were at a step, copied to the host's memory: training goes on while they are written.
/// Made on the training thread; written and freed on any one.</summary>
public sealed class StateSnapshot : IDisposable
{
    private readonly Dictionary<string, Dictionary<string, Tensor>> _files = new(StringComparer.Ordinal);

    /// <summary>Copies a file's tensors.</summary>
    /// <param name="file">The file's name in the checkpoint.</param>
    /// <param name="tensors">What it is to hold, by name.</param>
    public void Add(string file, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        using var guard = no_grad();
        var copies = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        _files.Add(file, copies);
        foreach ((string name, Tensor tensor) in tensors)
        {
            Tensor detached = tensor.detach();
            Tensor copy = detached.device_type == TorchSharp.DeviceType.CPU ? detached.clone() : detached.cpu();
            copies.Add(name, copy.DetachFromDisposeScope());
            detached.Dispose();
        }
    }

    /// <summary>Writes the files into a directory, each flushed to the disk.</summary>
    /// <exception cref="IOException">The disk is full or the like.</exception>
    public void WriteTo(string directory)
    {
        using var guard = no_grad();
        foreach ((string file, Dictionary<string, Tensor> tensors) in _files)
        {
            Safetensors.Write(Path.Combine(directory, file), tensors);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _files.Values.SelectMany(tensors => tensors.Values))
        {
            tensor.Dispose();
        }

        _files.Clear();
    }
}
