using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms.Operations;

namespace StreamTrainer.Pipeline.Transforms.Policies;

/// <summary>
/// torchvision's ColorJitter as timm sets it: brightness, contrast and saturation, in one of their six orders, each by a factor from
/// max(0, 1 - strength) to 1 + strength. Draws: the order, then the three factors in the order of this sentence.
/// </summary>
/// <param name="strength">How far factors go from 1; above 0.</param>
internal sealed class ColorJitter(double strength) : AugmentPolicy
{
    private static readonly PixelOperation[] s_operations = [.. ((string[])["Brightness", "Contrast", "Color"]).Select(PixelOperations.Of)];

    private static readonly int[][] s_orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

    /// <inheritdoc/>
    public override int MostOperations => 3;

    /// <inheritdoc/>
    public override int Draw<TDraws>(ref TDraws draws, Span<OperationCall> calls)
    {
        int[] order = s_orders[(int)Math.Floor(draws.Next() * s_orders.Length)];
        double least = Math.Max(0.0, 1.0 - strength), most = 1.0 + strength;
        Span<double> factors = [least + (most - least) * draws.Next(), least + (most - least) * draws.Next(), least + (most - least) * draws.Next()];
        for (int i = 0; i < order.Length; i++)
        {
            calls[i] = new OperationCall(s_operations[order[i]], factors[order[i]]);
        }

        return order.Length;
    }
}
