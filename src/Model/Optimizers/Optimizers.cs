using StreamTrainer.Model.State;

namespace StreamTrainer.Model.Optimizers;

/// <summary>Makes optimizers by their names. A new one is its file and one line here.</summary>
public static class Optimizers
{
    /// <summary>The optimizer of a recipe.</summary>
    /// <param name="options">Which, and its numbers.</param>
    /// <param name="flat">The parameters.</param>
    /// <param name="noDecay">Parameters that the model wants no decay for, besides those of one dimension.</param>
    /// <param name="layerOf">The layer of a parameter, from 0 at the image; only for a layer decay.</param>
    public static IOptimizer Create(OptimizerOptions options, FlatState flat, IReadOnlySet<string> noDecay, Func<string, int>? layerOf = null) =>
        Create(options, flat, noDecay, kernels: true, layerOf);

    /// <inheritdoc cref="Create(OptimizerOptions, FlatState, IReadOnlySet{string}, Func{string, int})"/>
    /// <param name="options">Which, and its numbers.</param>
    /// <param name="flat">The parameters.</param>
    /// <param name="noDecay">Parameters that the model wants no decay for.</param>
    /// <param name="kernels">Whether kernels may be used.</param>
    /// <param name="layerOf">The layer of a parameter.</param>
    internal static IOptimizer Create(OptimizerOptions options, FlatState flat, IReadOnlySet<string> noDecay, bool kernels, Func<string, int>? layerOf = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(flat);
        ParameterRule[] rules = ParameterGroups.Rules(options, flat, noDecay, layerOf);
        return options.Name switch
        {
            OptimizerKind.Sgd or OptimizerKind.Momentum => new SgdOptimizer(flat, options, rules, kernels),
            OptimizerKind.AdamW => new AdamWOptimizer(flat, options, rules, kernels),
            OptimizerKind.Lamb or OptimizerKind.LambC => new LambOptimizer(flat, options, rules, kernels),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Name, "no optimizer"),
        };
    }
}
