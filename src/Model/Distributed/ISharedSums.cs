using static TorchSharp.torch;

namespace StreamTrainer.Model.Distributed;

/// <summary>Sums of a few numbers over the ranks that have parts of one group, in the middle of a pass. All of these ranks call it equally
/// often, in the same order and with the same sizes; one thread at a time.</summary>
internal interface ISharedSums : IDisposable
{
    /// <summary>How many ranks there are.</summary>
    int Parts { get; }

    /// <summary>Puts the sums in the place of the numbers; what is launched from here on finds them.</summary>
    /// <param name="values">Contiguous fp64 numbers on the ranks' devices.</param>
    void Sum(Tensor values);
}
