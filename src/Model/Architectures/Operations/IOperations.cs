using StreamTrainer.Model.Architectures.Layers;
using Parameter = TorchSharp.Modules.Parameter;

namespace StreamTrainer.Model.Architectures.Operations;

/// <summary>
/// What networks are made of. A network says once, in these words, what it does (<see cref="IStage"/>); who implements them
/// decides what comes of it: tensors (<see cref="TensorOperations"/>), counts (<see cref="CostOperations"/>), a graph in a file.
/// Images are <c>[n, channels, height, width]</c>, pooled values <c>[n, channels]</c>, tokens <c>[n, tokens, channels]</c>.
/// </summary>
/// <typeparam name="T">What stands for a value.</typeparam>
/// <remarks>The first value of an operation that says so is taken over: whoever calls must not use it again.</remarks>
internal interface IOperations<T>
    where T : class
{
    /// <summary>A convolution of an image.</summary>
    T Convolve(Convolution layer, T input);

    /// <summary>A convolution with weights that belong to no <see cref="Convolution"/>: stride 1, no padding.</summary>
    T Convolve(TorchSharp.torch.Tensor weight, TorchSharp.torch.Tensor bias, T input);

    /// <summary>A convolution and the norm after it.</summary>
    T ConvolveAndNormalise(ConvNorm layers, T input);

    /// <summary>A batch norm by itself.</summary>
    T Normalise(BatchNorm layer, T input);

    /// <summary>A layer norm of tokens.</summary>
    T Normalise(LayerNorm layer, T input);

    /// <summary>A non-linearity; takes its input over.</summary>
    T Activate(Activation activation, T input);

    /// <summary>The sum; takes the first over.</summary>
    T Add(T input, T other);

    /// <summary>A product with a number; takes its input over.</summary>
    T Scale(T input, double factor);

    /// <summary>Stochastic depth, where there is one; takes its input over.</summary>
    T Drop(DropPath? layer, T input);

    /// <summary>Maxima of squares, with windows that reach over the edge where <paramref name="ceil"/> says so.</summary>
    T MaxPool(T input, int kernel, int stride, int padding, bool ceil);

    /// <summary>Means of 2x2 squares; at odd edges, of what there is of them.</summary>
    T HalveByMean(T input);

    /// <summary>The mean of each channel of an image.</summary>
    T MeanOfPixels(T input);

    /// <summary>The maximum of each channel of an image.</summary>
    T MaxOfPixels(T input);

    /// <summary>A 1x1 convolution of pooled values.</summary>
    T Mix(Convolution layer, T pooled);

    /// <summary>A convolution along the channels of pooled values, with zeros around; the same for all of them.</summary>
    /// <param name="kernel">The kernel, <c>[1, 1, size]</c>.</param>
    /// <param name="pooled">The values.</param>
    T MixNeighbours(Parameter kernel, T pooled);

    /// <summary>An image, each channel times the sigmoid of its gate; takes the image over.</summary>
    T Gate(T image, T gates);

    /// <summary>A linear layer, of pooled values or of tokens.</summary>
    T Multiply(Linear layer, T input);

    /// <summary>The classifier of pooled values.</summary>
    T Classify(Classifier layer, T input);

    /// <summary>The pixels of an image as tokens, row by row.</summary>
    T Tokens(T image);

    /// <summary>A class token before the others, and the embedding of each one's place.</summary>
    /// <param name="layer">Where they come from.</param>
    /// <param name="tokens">The tokens of a square image.</param>
    T Embed(PositionEmbedding layer, T tokens);

    /// <summary>Attention of tokens to each other.</summary>
    /// <param name="packed">Queries, keys and values of all heads side by side, <c>[n, tokens, 3 * heads * size]</c>.</param>
    /// <param name="heads">How many heads.</param>
    T Attend(T packed, int heads);

    /// <summary>The first token, <c>[n, channels]</c>.</summary>
    T FirstToken(T tokens);
}
