using StreamTrainer.Pipeline;

namespace StreamTrainer.Model.Architectures;

/// <summary>Makes networks by their names. A new family is its file and one line here.</summary>
public static class ModelRegistry
{
    private static readonly Dictionary<string, Func<string, ModelOptions, int, ImageClassifier>> s_models =
        ((IEnumerable<(string Name, Func<string, ModelOptions, int, ImageClassifier> Create)>)
        [
            .. ResNet.Architectures,
            .. AirBench.Architectures,
        ])
        .ToDictionary(entry => entry.Name, entry => entry.Create, StringComparer.Ordinal);

    /// <summary>The names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_models.Keys.Order(StringComparer.Ordinal)];

    /// <summary>A network with fresh weights, in training mode, on the CPU.</summary>
    /// <param name="options">Which.</param>
    /// <param name="classes">Size of the classifier.</param>
    /// <param name="seed">Decides the weights: the same on any machine, for any number of threads.</param>
    /// <exception cref="UserErrorException">There is no such architecture.</exception>
    public static ImageClassifier Create(ModelOptions options, int classes, long seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!s_models.TryGetValue(options.Name, out var create))
        {
            throw new UserErrorException($"model.name: there is no '{options.Name}'; known are {string.Join(", ", Names)}");
        }

        ImageClassifier model = create(options.Name, options, classes);
        FreshWeights.Fill(model, seed);
        return model;
    }
}
