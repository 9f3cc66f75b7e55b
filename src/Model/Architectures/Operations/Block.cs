using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Operations;

/// <summary>A stage that owns layers.</summary>
internal abstract class Block(string name) : nn.Module<Tensor, Tensor>(name), IStage
{
    /// <inheritdoc/>
    public abstract T Apply<T>(IOperations<T> operations, T input)
        where T : class;

    /// <inheritdoc/>
    public sealed override Tensor forward(Tensor input) => Apply(TensorOperations.Instance, input);
}
