using StreamTrainer.Model.Distributed.Native;
using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Distributed;

/// <summary>Sums in the memory of GPUs.</summary>
/// <param name="group">The ranks that have parts of one group; disposed of.</param>
internal sealed class NcclSharedSums(NcclGroup group) : ISharedSums
{
    /// <inheritdoc/>
    public int Parts => group.Size;

    /// <inheritdoc/>
    public void Sum(Tensor values)
    {
        group.Sum(TensorAddress.Of(values), values.numel(), NcclLibrary.Float64);
        group.Complete();
    }

    /// <inheritdoc/>
    public void Dispose() => group.Dispose();
}
