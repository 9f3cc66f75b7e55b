using System.Numerics;
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
    private readonly FlatState _flat;
    private readonly Tensor _average;
    private readonly (Tensor Value, Tensor Average)[] _buffers;
    private bool _swapped;

    /// <summary>An average that begins as the model is.</summary>
    /// <param name="model">The model.</param>
    /// <param name="flat">Its parameters.</param>
    /// <param name="decay">The decay of a step.</param>
    public ExponentialMovingAverage(nn.Module model, FlatState flat, double decay)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(flat);
        _decay = decay;
        _flat = flat;
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        _average = flat.Values.clone().DetachFromDisposeScope();
        _buffers = [.. model.named_buffers().Select(entry => (entry.buffer, entry.buffer.clone().DetachFromDisposeScope()))];
    }

    /// <summary>The average's own tensors: parameters, flat, then the buffers in the model's order.</summary>
    internal IEnumerable<Tensor> Tensors => _buffers.Select(pair => pair.Average).Prepend(_average);

    /// <summary>The averages of the buffers, in the model's order.</summary>
    internal IEnumerable<Tensor> Buffers => _buffers.Select(pair => pair.Average);

    /// <summary>Takes the model as it is now into the average.</summary>
    /// <exception cref="InvalidOperationException">The model holds the average.</exception>
    public void Update()
    {
        RefuseWhile(swapped: true);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Follow(_average, _flat.Values, _flat.Blocks);
        foreach ((Tensor value, Tensor average) in _buffers)
        {
            Follow(average, value, null);
        }
    }

    /// <summary>Exchanges the model and its average, for an evaluation.</summary>
    /// <exception cref="InvalidOperationException">They are exchanged already.</exception>
    public void SwapIn()
    {
        RefuseWhile(swapped: true);
        Swap();
    }

    /// <summary>Exchanges them back: the model is what it was, to the bit.</summary>
    /// <exception cref="InvalidOperationException">They are not exchanged.</exception>
    public void SwapOut()
    {
        RefuseWhile(swapped: false);
        Swap();
    }

    /// <summary>The average begins anew from the model as it is.</summary>
    /// <exception cref="InvalidOperationException">The model holds the average.</exception>
    public void Reset()
    {
        RefuseWhile(swapped: true);
        using var guard = no_grad();
        _average.copy_(_flat.Values);
        foreach ((Tensor value, Tensor average) in _buffers)
        {
            average.copy_(value);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _average.Dispose();
        foreach ((_, Tensor average) in _buffers)
        {
            average.Dispose();
        }
    }

    private void Follow(Tensor average, Tensor value, FlatBlocks? blocks)
    {
        if (FlatMemory.IsReachable(value) && FlatMemory.IsReachable(average))
        {
            if (value.dtype == ScalarType.Float64)
            {
                Follow<double>(average, value, blocks);
            }
            else
            {
                Follow<float>(average, value, blocks);
            }
        }
        else if (value.is_floating_point())
        {
            average.mul_(_decay).add_(value, alpha: 1.0 - _decay);
        }
        else
        {
            // As in timm's: the sum in fp32, then truncated.
            average.copy_(average.to(ScalarType.Float32).mul_((float)_decay).add_(value.to(ScalarType.Float32).mul_((float)(1.0 - _decay))));
        }
    }

    private unsafe void Follow<T>(Tensor average, Tensor value, FlatBlocks? blocks)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* to = FlatMemory.Pointer<T>(average), from = FlatMemory.Pointer<T>(value);
        T decay = T.CreateTruncating(_decay), rest = T.CreateTruncating(1.0 - _decay);
        if (blocks is null)
        {
            AverageKernel.Update(to, from, value.numel(), decay, rest);
        }
        else
        {
            blocks.ForEach((block, _) => AverageKernel.Update(to + block.Offset, from + block.Offset, block.Count, decay, rest));
        }
    }

    private unsafe void Swap()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        if (FlatMemory.IsReachable(_average) && _average.dtype == ScalarType.Float32)
        {
            float* average = FlatMemory.Pointer<float>(_average), values = FlatMemory.Pointer<float>(_flat.Values);
            _flat.Blocks.ForEach((block, _) => AverageKernel.Exchange(average + block.Offset, values + block.Offset, block.Count));
        }
        else
        {
            Exchange(_flat.Values, _average);
        }

        foreach ((Tensor value, Tensor average) in _buffers)
        {
            Exchange(value, average);
        }

        _swapped = !_swapped;
    }

    private static void Exchange(Tensor value, Tensor average)
    {
        Tensor kept = value.clone();
        value.copy_(average);
        average.copy_(kept);
    }

    private void RefuseWhile(bool swapped)
    {
        if (_swapped == swapped)
        {
            throw new InvalidOperationException(swapped ? "the model holds the average: SwapOut first" : "the model does not hold the average: SwapIn first");
        }
    }
}
