using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Distributed;

/// <summary>Sums in the CPU's memory.</summary>
/// <param name="part">The ranks that have parts of one group; disposed of.</param>
internal sealed unsafe class MpiSharedSums(ICollectives part) : ISharedSums
{
    /// <inheritdoc/>
    public int Parts => part.Size;

    /// <inheritdoc/>
    public void Sum(Tensor values)
    {
        part.Sum((void*)TensorAddress.Of(values), values.numel(), NumberType.Float64);
        GC.KeepAlive(values);
    }

    /// <inheritdoc/>
    public void Dispose() => part.Dispose();
}
