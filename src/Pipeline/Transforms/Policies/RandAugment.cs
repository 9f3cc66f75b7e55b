using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms.Operations;

namespace StreamTrainer.Pipeline.Transforms.Policies;

/// <summary>
/// RandAugment (Cubuk et al., arXiv 1909.13719) as timm has it: so many operations, each drawn with the same chance, the same one
/// twice perhaps, and each applied by its own probability. With weights the operations are drawn by them and none comes twice.
/// </summary>
/// <param name="steps">The operations to choose from.</param>
/// <param name="count">How many are drawn.</param>
/// <param name="weights">A weight for each; none: all are alike.</param>
/// <param name="settings">What they have in common.</param>
internal sealed class RandAugment(PolicyStep[] steps, int count, double[]? weights, PolicySettings settings) : AugmentPolicy
{
    /// <inheritdoc/>
    public override int MostOperations => count;

    /// <inheritdoc/>
    public override int Draw<TDraws>(ref TDraws draws, Span<OperationCall> calls)
    {
        Span<int> chosen = stackalloc int[count];
        if (weights is null)
        {
            for (int i = 0; i < count; i++)
            {
                chosen[i] = (int)Math.Floor(draws.Next() * steps.Length);
            }
        }
        else
        {
            ChooseByWeight(ref draws, weights, chosen);
        }

        int applied = 0;
        foreach (int choice in chosen)
        {
            if (steps[choice].Draw(ref draws, settings, out OperationCall call))
            {
                calls[applied++] = call;
            }
        }

        return applied;
    }

    /// <summary>
    /// NumPy's <c>choice</c> without replacement: as many draws as are still to be found, each looked up in the running sum of the
    /// weights of those not found yet; of equal ones the first counts; again until all are found.
    /// </summary>
    private static void ChooseByWeight<TDraws>(ref TDraws draws, double[] weights, Span<int> chosen)
        where TDraws : struct, IDraws
    {
        Span<double> left = stackalloc double[weights.Length], sums = stackalloc double[weights.Length];
        Span<double> numbers = stackalloc double[chosen.Length];
        weights.CopyTo(left);
        int found = 0;
        while (found < chosen.Length)
        {
            int missing = chosen.Length - found;
            for (int i = 0; i < missing; i++)
            {
                numbers[i] = draws.Next();
            }

            for (int i = 0; i < found; i++)
            {
                left[chosen[i]] = 0;
            }

            double sum = 0;
            for (int i = 0; i < left.Length; i++)
            {
                sums[i] = sum += left[i];
            }

            int before = found;
            foreach (double number in numbers[..missing])
            {
                int choice = 0;
                while (choice < sums.Length - 1 && sums[choice] / sum <= number)
                {
                    choice++;
                }

                if (!chosen[before..found].Contains(choice))
                {
                    chosen[found++] = choice;
                }
            }
        }
    }
}
