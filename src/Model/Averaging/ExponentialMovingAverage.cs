using StreamTrainer.Model.State;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Averaging;

/// <summary>
/// A moving average of everything in a model's state dict, buffers too, timm's: average = decay average + (1 - decay) value after
/// every step; whole numbers are truncated. Parameters are averaged in one pass over flat memory. Training thread only.
/// </summary>
public sealed class ExponentialMovingAverage : IDisposable
{
    private readonly double _decay;
    private readonly (Tensor Value, Tensor Average)[] _parts;

    /// <summary>An average that begins as the model is.</summary>
    /// <param name="model">The model.</param>
    /// <param name="flat">Its parameters.</param>
    /// <param name="decay">The decay of a step.</param>
    public ExponentialMovingAverage(nn.Module model, FlatState flat, double decay)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(flat);
        _decay = decay;
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        _parts = [.. model.named_buffers().Select(buffer => buffer.buffer).Prepend(flat.Values)
            .Select(value => (value, value.clone().DetachFromDisposeScope()))];
    }

    /// <summary>Takes the model as it is now into the average.</summary>
    public void Update()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach ((Tensor value, Tensor average) in _parts)
        {
            if (average.is_floating_point())
            {
                average.mul_(_decay).add_(value, alpha: 1.0 - _decay);
            }
            else
            {
                // As in timm's: the sum in fp32, then truncated.
                average.copy_(average.to(ScalarType.Float32).mul_((float)_decay).add_(value.to(ScalarType.Float32).mul_((float)(1.0 - _decay))));
            }
        }
    }

    /// <summary>Exchanges the model and its average, for an evaluation.</summary>
    public void SwapIn() => Swap();

    /// <summary>Exchanges them back: the model is what it was, to the bit.</summary>
    public void SwapOut() => Swap();

    /// <summary>The average begins anew from the model as it is.</summary>
    public void Reset()
    {
        using var guard = no_grad();
        foreach ((Tensor value, Tensor average) in _parts)
        {
            average.copy_(value);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Tensor average) in _parts)
        {
            average.Dispose();
        }
    }

    private void Swap()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach ((Tensor value, Tensor average) in _parts)
        {
            Tensor kept = value.clone();
            value.copy_(average);
            average.copy_(kept);
        }
    }
}
