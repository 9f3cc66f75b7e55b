using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms.Operations;

namespace StreamTrainer.Pipeline.Transforms.Policies;

/// <summary>A policy that draws, for one image, which operations are applied to it. Immutable: any thread.</summary>
internal abstract class AugmentPolicy
{
    /// <summary>How many operations an image gets at most.</summary>
    public abstract int MostOperations { get; }

    /// <summary>Draws an image's operations.</summary>
    /// <param name="draws">Where numbers come from.</param>
    /// <param name="calls">Gets them in the order in which they are applied; at least <see cref="MostOperations"/> long.</param>
    /// <returns>How many there are.</returns>
    public abstract int Draw<TDraws>(ref TDraws draws, Span<OperationCall> calls)
        where TDraws : struct, IDraws;
}
