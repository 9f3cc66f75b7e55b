using StreamTrainer.Model.Runtime;
using System.Numerics;
using System.Runtime.InteropServices;
using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.State;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Averaging;

/// <summary>A second set of a model's weights and buffers that follows the first, and can take its place for an evaluation or a
/// checkpoint. Parameters lie flat, as the model's do. Training thread only.</summary>
public abstract class WeightAverage : IDisposable
{
    private readonly FlatState _flat;
    private readonly Tensor _average;
    private readonly (Tensor Value, Tensor Average, bool Stays)[] _buffers;
    private bool _swapped;

    /// <summary>An average that begins as the model is.</summary>
    /// <param name="model">The model.</param>
    /// <param name="flat">Its parameters.</param>
    protected WeightAverage(nn.Module model, FlatState flat)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(flat);
        _flat = flat;
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        _average = flat.Values.clone().DetachFromDisposeScope();
        HashSet<string> frozen = [.. model.named_modules().Where(entry => entry.module is IFreezable { Frozen: true }).Select(entry => entry.name)];
        _buffers = [.. model.named_buffers().Select(entry => (entry.buffer, entry.buffer.clone().DetachFromDisposeScope(), frozen.Contains(OwnerOf(entry.name))))];
    }

    /// <summary>The average's own tensors: the buffers', in the model's order, behind the parameters', flat.</summary>
    internal IEnumerable<Tensor> Tensors => Buffers.Prepend(_average);

    /// <summary>The averages of the buffers, in the model's order.</summary>
    internal IEnumerable<Tensor> Buffers => _buffers.Select(pair => pair.Average);

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

    /// <summary>Does something while the model is its average.</summary>
    /// <exception cref="InvalidOperationException">It is already.</exception>
    public void WithinModel(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        SwapIn();
        try
        {
            action();
        }
        finally
        {
            SwapOut();
        }
    }

    /// <summary>The average begins anew from the model as it is.</summary>
    /// <exception cref="InvalidOperationException">The model holds the average.</exception>
    public void Reset()
    {
        RefuseWhile(swapped: true);
        using var guard = no_grad();
        _average.copy_(_flat.Values);
        foreach ((Tensor value, Tensor average, _) in _buffers)
        {
            average.copy_(value);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _average.Dispose();
        foreach ((_, Tensor average, _) in _buffers)
        {
            average.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Moves the parameters' average: average = decay average + rest value.</summary>
    /// <exception cref="InvalidOperationException">The model holds the average.</exception>
    private protected void FollowParameters(double decay, double rest)
    {
        RefuseWhile(swapped: true);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        if (FlatMemory.IsReachable(_flat.Values) || _flat.Segments.All(segment => segment.IsTrained))
        {
            Follow(_average, _flat.Values, _flat, decay, rest);
            return;
        }

        foreach (ParameterSegment segment in _flat.Segments)
        {
            (double own, double others) = segment.IsTrained ? (decay, rest) : (0, 1);
            Follow(_average.narrow(0, segment.Offset, segment.Count), _flat.Values.narrow(0, segment.Offset, segment.Count), null, own, others);
        }
    }

    /// <summary>Moves the buffers' averages; whole numbers are truncated.</summary>
    private protected void FollowBuffers(double decay, double rest)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach ((Tensor value, Tensor average, bool stays) in _buffers)
        {
            (double own, double others) = stays ? (0, 1) : (decay, rest);
            Follow(average, value, null, own, others);
        }
    }

    /// <summary>The name of the layer that a buffer belongs to.</summary>
    private static string OwnerOf(string buffer) => buffer.LastIndexOf('.') is >= 0 and var dot ? buffer[..dot] : "";

    private static void Follow(Tensor average, Tensor value, FlatState? flat, double decay, double rest)
    {
        if (decay == 0)
        {
            average.copy_(value);
        }
        else if (FlatMemory.IsReachable(value) && FlatMemory.IsReachable(average))
        {
            if (value.dtype == ScalarType.Float64)
            {
                Follow<double>(average, value, flat, decay, rest);
            }
            else
            {
                Follow<float>(average, value, flat, decay, rest);
            }
        }
        else if (value.is_floating_point())
        {
            average.mul_(Scalars.Of(decay)).add_(value, alpha: Scalars.Of(rest));
        }
        else
        {
            // As in timm's: the sum in fp32, then truncated.
            average.copy_(average.to(ScalarType.Float32).mul_(Scalars.Of((float)decay)).add_(value.to(ScalarType.Float32).mul_(Scalars.Of((float)rest)), alpha: Scalars.One));
        }
    }

    private static unsafe void Follow<T>(Tensor average, Tensor value, FlatState? flat, double decayNumber, double restNumber)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* to = FlatMemory.Pointer<T>(average), from = FlatMemory.Pointer<T>(value);
        T decay = T.CreateTruncating(decayNumber), rest = T.CreateTruncating(restNumber);
        if (flat is null)
        {
            AverageKernel.Update(to, from, value.numel(), decay, rest);
        }
        else
        {
            // What is not trained is its own average, to the bit: a sum of its parts would be rounded.
            flat.Blocks.ForEach((block, _) =>
            {
                if (flat.Segments[block.Parameter].IsTrained)
                {
                    AverageKernel.Update(to + block.Offset, from + block.Offset, block.Count, decay, rest);
                }
                else
                {
                    NativeMemory.Copy(from + block.Offset, to + block.Offset, (nuint)(block.Count * sizeof(T)));
                }
            });
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

        foreach ((Tensor value, Tensor average, _) in _buffers)
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
