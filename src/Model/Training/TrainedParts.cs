using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Architectures.Layers;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Training;

/// <summary>
/// Trains some parts of a network and leaves the rest as it is, as FixRes does (arXiv 1906.06423). What is left gets no gradient, no
/// decay and no moments, and its layers do what they do in an evaluation: batch norm normalises by its running statistics and
/// keeps them, drop path leaves nothing out. Norms that are trained follow batches as ever.
/// </summary>
public static class TrainedParts
{
    /// <summary>Freezes all but some parts; before the parameters lie flat.</summary>
    /// <param name="model">The network.</param>
    /// <param name="parts">What is trained; none: everything, and nothing is done.</param>
    public static void Freeze(ImageClassifier model, IReadOnlyList<TrainedPart> parts)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0)
        {
            return;
        }

        string[] norms = [.. NormsOf(model)];
        string[] trained =
        [
            .. parts.Contains(TrainedPart.Head) ? [model.ClassifierName] : (string[])[],
            .. parts.Contains(TrainedPart.Norms) ? norms : parts.Contains(TrainedPart.LastNorm) ? [LastOf(norms)] : (string[])[],
        ];
        foreach ((string name, var parameter) in model.named_parameters())
        {
            parameter.requires_grad = parameter.requires_grad && trained.Any(part => name.StartsWith(part + ".", StringComparison.Ordinal));
        }

        foreach ((string name, nn.Module layer) in model.named_modules())
        {
            if (layer is IFreezable freezable)
            {
                freezable.Frozen = !trained.Contains(name);
            }
        }
    }

    /// <summary>The names of the norms in the order of their parameters, which is that of the way through the network; modules are listed
    /// level by level.</summary>
    private static IEnumerable<string> NormsOf(nn.Module model)
    {
        HashSet<string> norms = [.. model.named_modules().Where(entry => entry.module is BatchNorm or LayerNorm).Select(entry => entry.name)];
        return model.named_parameters().Select(entry => entry.name[..Math.Max(0, entry.name.LastIndexOf('.'))]).Where(norms.Contains).Distinct();
    }

    /// <summary>A shortcut's norm stands behind its block's, and lies beside it.</summary>
    private static string LastOf(IEnumerable<string> norms) => norms.Last(name => !name.Contains(".downsample.", StringComparison.Ordinal));
}
