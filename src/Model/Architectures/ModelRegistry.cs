using StreamTrainer.Pipeline;

namespace StreamTrainer.Model.Architectures;

/// <summary>The architectures by name; a new family is its file and one line here.</summary>
public static class ModelRegistry
{
    private static readonly Dictionary<string, Architecture> s_models =
        ((IEnumerable<Architecture>)
        [
            .. ResNet.Architectures,
            .. SENet.Architectures,
            .. RegNet.Architectures,
            .. EfficientNet.Architectures,
            .. VisionTransformer.Architectures,
            .. AirBench.Architectures,
        ])
        .ToDictionary(entry => entry.Config.Name, StringComparer.Ordinal);

    /// <summary>The names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_models.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What an architecture was made for.</summary>
    /// <exception cref="UserErrorException">There is no such architecture.</exception>
    public static ModelConfig ConfigOf(string name) => Find(name).Config;

    /// <summary>A network with fresh weights, in training mode, on the CPU.</summary>
    /// <param name="options">Which.</param>
    /// <param name="classes">Size of the classifier.</param>
    /// <param name="seed">Decides the weights: the same on any machine, for any number of threads.</param>
    /// <exception cref="UserErrorException">There is no such architecture, or it cannot be made as asked.</exception>
    public static ImageClassifier Create(ModelOptions options, int classes, long seed)
    {
        ImageClassifier model = CreateUnfilled(options, classes);
        FreshWeights.Fill(model, seed);
        return model;
    }

    /// <summary>The same with weights that are still zero: for whoever loads them, or only wants to know the network's shape.</summary>
    /// <exception cref="UserErrorException">There is no such architecture, or it cannot be made as asked.</exception>
    public static ImageClassifier CreateUnfilled(ModelOptions options, int classes)
    {
        ArgumentNullException.ThrowIfNull(options);
        Architecture found = Find(options.Name);
        return found.Create(found.Config with { NumClasses = classes }, options);
    }

    private static Architecture Find(string name) => s_models.TryGetValue(name, out Architecture? found)
        ? found
        : throw new UserErrorException($"model.name: there is no '{name}'; known are {string.Join(", ", Names)}");
}
