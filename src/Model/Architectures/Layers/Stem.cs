using StreamTrainer.Model.Architectures.Operations;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>How a maximum is taken.</summary>
internal sealed record PoolShape(int Kernel, int Stride, int Padding, bool Ceil);

/// <summary>The first convolutions of a network, an activation after each, perhaps a pooling. The layers are the network's own.</summary>
internal sealed class Stem(ConvNorm[] layers, Activation activation, PoolShape? pool) : IStage
{
    /// <inheritdoc/>
    public T Apply<T>(IOperations<T> operations, T input)
        where T : class
    {
        T x = input;
        foreach (ConvNorm layer in layers)
        {
            x = operations.Activate(activation, operations.ConvolveAndNormalise(layer, x));
        }

        return pool is null ? x : operations.MaxPool(x, pool.Kernel, pool.Stride, pool.Padding, pool.Ceil);
    }
}
