using StreamTrainer.Model.State;

namespace StreamTrainer.Model.Optimizers;

/// <summary>What an update does to one parameter.</summary>
/// <param name="Segment">Where it lies.</param>
/// <param name="WeightDecay">Its decay.</param>
/// <param name="LrScale">Factor on the rate.</param>
internal readonly record struct ParameterRule(ParameterSegment Segment, double WeightDecay, double LrScale);

/// <summary>timm's parameter groups: no decay for tensors of one dimension, biases, and what the model names.</summary>
internal static class ParameterGroups
{
    /// <summary>The rule of each parameter, in their order.</summary>
    /// <param name="options">The optimizer's numbers.</param>
    /// <param name="flat">The parameters.</param>
    /// <param name="noDecay">Parameters that the model wants no decay for.</param>
    /// <param name="layerOf">The layer of a parameter, from 0 at the image; read with a layer decay only.</param>
    public static ParameterRule[] Rules(OptimizerOptions options, FlatState flat, IReadOnlySet<string> noDecay, Func<string, int>? layerOf = null)
    {
        Func<string, double> layerScale = _ => 1.0;
        if (options.LayerDecay is { } layerDecay && layerOf is not null)
        {
            int last = flat.Segments.Max(segment => layerOf(segment.Name));
            layerScale = name => Math.Pow(layerDecay, last - layerOf(name));
        }

        HashSet<string> weights = [.. flat.Segments.Where(segment => segment.Shape.Length > 1).Select(segment => segment.Name)];
        return [.. flat.Segments.Select(segment =>
        {
            bool bias = segment.Name.EndsWith(".bias", StringComparison.Ordinal);
            bool plain = segment.Shape.Length <= 1 || bias || noDecay.Contains(segment.Name);
            // A layer that multiplies has a weight of two dimensions or more; a norm has none.
            bool norms = bias && !weights.Contains(segment.Name[..^"bias".Length] + "weight");
            double scale = norms ? options.BiasLrScale : 1.0;
            if (!segment.IsTrained)
            {
                return new ParameterRule(segment, 0, 0);
            }

            double decay = options.DecayAll ? options.WeightDecay / scale : plain ? 0 : options.WeightDecay;
            return new ParameterRule(segment, decay, scale * layerScale(segment.Name));
        })];
    }
}
