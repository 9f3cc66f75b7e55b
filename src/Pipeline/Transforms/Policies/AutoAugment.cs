using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms.Operations;

namespace StreamTrainer.Pipeline.Transforms.Policies;

/// <summary>AutoAugment (Cubuk et al., arXiv 1805.09501): one of the policy's pairs of operations, all with the same chance.</summary>
/// <param name="pairs">The sub-policies.</param>
/// <param name="settings">What their operations have in common.</param>
internal sealed class AutoAugment(PolicyStep[][] pairs, PolicySettings settings) : AugmentPolicy
{
    /// <inheritdoc/>
    public override int MostOperations => 2;

    /// <inheritdoc/>
    public override int Draw<TDraws>(ref TDraws draws, Span<OperationCall> calls)
    {
        int applied = 0;
        foreach (PolicyStep step in pairs[(int)Math.Floor(draws.Next() * pairs.Length)])
        {
            if (step.Draw(ref draws, settings, out OperationCall call))
            {
                calls[applied++] = call;
            }
        }

        return applied;
    }
}
