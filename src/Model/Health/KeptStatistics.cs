using StreamTrainer.Model.Architectures;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Health;

/// <summary>A model's buffers as they were before a step: the forward pass moves batch norm's running statistics, and those of a loss that
/// is no number are none for ever. Training thread only.</summary>
internal sealed class KeptStatistics : IDisposable
{
    private readonly (Tensor Value, Tensor Kept)[] _buffers;

    /// <summary>Keeps those of a model, which live as long as it does.</summary>
    public KeptStatistics(ImageClassifier model)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        _buffers = [.. model.named_buffers().Select(entry => (entry.buffer, entry.buffer.clone().DetachFromDisposeScope()))];
    }

    /// <summary>A step begins.</summary>
    public void Keep()
    {
        using var guard = no_grad();
        foreach ((Tensor value, Tensor kept) in _buffers)
        {
            kept.copy_(value);
        }
    }

    /// <summary>The step was none.</summary>
    public void Restore()
    {
        using var guard = no_grad();
        foreach ((Tensor value, Tensor kept) in _buffers)
        {
            value.copy_(kept);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_buffers, pair => pair.Kept.Dispose());
}
