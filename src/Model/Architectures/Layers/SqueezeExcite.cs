using StreamTrainer.Model.Architectures.Operations;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>Squeeze and excitation (Hu et al., arXiv 1709.01507): a gate a channel, from the means of all channels.</summary>
internal sealed class SqueezeExcite : Block
{
    private readonly (Convolution Reduce, Convolution Expand) _layers;
    private readonly Activation _activation;

    /// <summary>A gate for an image.</summary>
    /// <param name="channels">The image's channels.</param>
    /// <param name="reduced">Channels between the two layers.</param>
    /// <param name="activation">What stands between them.</param>
    /// <param name="names">The layers' names; families differ.</param>
    /// <param name="bias">How fresh biases are drawn, by the inputs of a layer.</param>
    public SqueezeExcite(int channels, int reduced, Activation activation, (string Reduce, string Expand) names, Func<int, Fill> bias) : base(nameof(SqueezeExcite))
    {
        _activation = activation;
        _layers = (new Convolution(channels, reduced, 1, bias: bias(channels)), new Convolution(reduced, channels, 1, bias: bias(reduced)));
        register_module(names.Reduce, _layers.Reduce);
        register_module(names.Expand, _layers.Expand);
    }

    /// <inheritdoc/>
    public override T Apply<T>(IOperations<T> operations, T input)
    {
        T hidden = operations.Activate(_activation, operations.Mix(_layers.Reduce, operations.MeanOfPixels(input)));
        return operations.Gate(input, operations.Mix(_layers.Expand, hidden));
    }
}
