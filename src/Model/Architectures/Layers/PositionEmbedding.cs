using StreamTrainer.Model.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>
/// A class token and a learned vector a place of a square grid. Its parameters are the network's own (and exchanged by it, where
/// it goes to another device), so it is no module. An image of another size takes the vectors resampled as timm does
/// (<c>timm/layers/pos_embed.py</c>: bicubic, antialiased).
/// </summary>
/// <param name="token">The class token, <c>[1, 1, channels]</c>.</param>
/// <param name="positions">The place of the class token and of each place of the grid, <c>[1, 1 + grid^2, channels]</c>.</param>
internal sealed class PositionEmbedding(Func<Parameter> token, Func<Parameter> positions)
{
    /// <summary>Names of the parameters in the network.</summary>
    public const string TokenName = "cls_token", PositionsName = "pos_embed";

    private const double Std = 0.02, TokenStd = 1e-6;

    /// <summary>The class token, <c>[1, 1, channels]</c>.</summary>
    public Parameter Token => token();

    /// <summary>The places, <c>[1, 1 + grid^2, channels]</c>.</summary>
    public Parameter Positions => positions();

    /// <summary>How fresh ones are drawn.</summary>
    public static IEnumerable<(string Name, Fill Fill)> Fills => [(TokenName, new Fill.Normal(TokenStd)), (PositionsName, new Fill.Normal(Std))];

    /// <summary>The tokens with their places.</summary>
    public Tensor forward(Tensor tokens)
    {
        Tensor places = Resample(Positions, tokens.shape[1]);
        return cat([Token.expand(tokens.shape[0], -1, -1), tokens], 1).add(places, alpha: Scalars.One);
    }

    /// <summary>Positions for another number of places.</summary>
    /// <param name="positions"><c>[1, 1 + grid^2, channels]</c>.</param>
    /// <param name="places">How many places the new square grid has.</param>
    public static Tensor Resample(Tensor positions, long places)
    {
        if (positions.shape[1] == places + 1)
        {
            return positions;
        }

        long before = Side(positions.shape[1] - 1), after = Side(places);
        Tensor grid = positions.narrow(1, 1, before * before).to(ScalarType.Float32).view(1, before, before, -1).permute(0, 3, 1, 2);
        Tensor resampled = nn.functional.interpolate(grid, [after, after], mode: InterpolationMode.Bicubic, align_corners: false, antialias: true);
        return cat([positions.narrow(1, 0, 1), resampled.permute(0, 2, 3, 1).reshape(1, places, -1).to(positions.dtype)], 1);
    }

    private static long Side(long places)
    {
        long side = (long)Math.Round(Math.Sqrt(places));
        return side * side == places ? side : throw new ArgumentException($"{places} places are no square grid", nameof(places));
    }
}
