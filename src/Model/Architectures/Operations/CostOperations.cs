using StreamTrainer.Model.Architectures.Layers;
using Parameter = TorchSharp.Modules.Parameter;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Operations;

/// <summary>
/// Counts what one image costs, from shapes alone: multiply-adds of convolutions, linear layers and the two products of
/// attention (what the paper calls FLOPs), and their output's elements; no norms, activations, pooling or biases. A value is
/// the shape of one image's part of it.
/// </summary>
internal sealed class CostOperations : IOperations<int[]>
{
    /// <summary>Multiply-adds so far.</summary>
    public long Macs { get; private set; }

    /// <summary>Output elements so far.</summary>
    public long Activations { get; private set; }

    public int[] Convolve(Convolution layer, int[] input)
    {
        int[] output = [layer.OutputChannels, layer.OutputSide(input[1]), layer.OutputSide(input[2])];
        return Counted(output, (long)layer.Kernel * layer.Kernel * layer.InputChannels / layer.Groups);
    }

    public int[] Convolve(Tensor weight, Tensor bias, int[] input)
    {
        long[] shape = weight.shape;
        return Counted([(int)shape[0], input[1] - (int)shape[2] + 1, input[2] - (int)shape[3] + 1], shape[1] * shape[2] * shape[3]);
    }

    public int[] ConvolveAndNormalise(ConvNorm layers, int[] input) => Convolve(layers.Convolution, input);

    public int[] Normalise(BatchNorm layer, int[] input) => input;

    public int[] Normalise(LayerNorm layer, int[] input) => input;

    public int[] Activate(Activation activation, int[] input) => input;

    public int[] Add(int[] input, int[] other) => input.AsSpan().SequenceEqual(other)
        ? input
        : throw new InvalidOperationException($"a sum of [{string.Join(", ", input)}] and [{string.Join(", ", other)}]");

    public int[] Scale(int[] input, double factor) => input;

    public int[] Drop(DropPath? layer, int[] input) => input;

    public int[] MaxPool(int[] input, int kernel, int stride, int padding, bool ceil) =>
        [input[0], Pooling.OutputSide(input[1], kernel, stride, padding, ceil), Pooling.OutputSide(input[2], kernel, stride, padding, ceil)];

    public int[] HalveByMean(int[] input) => [input[0], (input[1] + 1) / 2, (input[2] + 1) / 2];

    public int[] MeanOfPixels(int[] input) => [input[0]];

    public int[] MaxOfPixels(int[] input) => [input[0]];

    public int[] Mix(Convolution layer, int[] pooled) => Counted([layer.OutputChannels], layer.InputChannels);

    public int[] MixNeighbours(Parameter kernel, int[] pooled) => Counted(pooled, kernel.shape[2]);

    public int[] Gate(int[] image, int[] gates) => image;

    public int[] Multiply(Linear layer, int[] input) => Counted([.. input[..^1], layer.Outputs], layer.Inputs);

    public int[] Classify(Classifier layer, int[] input) => Counted([layer.Classes], layer.Features);

    public int[] Tokens(int[] image) => [image[1] * image[2], image[0]];

    public int[] Embed(PositionEmbedding layer, int[] tokens) => [tokens[0] + 1, tokens[1]];

    public int[] Attend(int[] packed, int heads)
    {
        int tokens = packed[0], channels = packed[1] / 3;
        Counted([heads, tokens, tokens], channels / heads);
        return Counted([tokens, channels], tokens);
    }

    public int[] FirstToken(int[] tokens) => [tokens[1]];

    private int[] Counted(int[] output, long macsAnElement)
    {
        long elements = output.Aggregate(1L, (product, side) => product * side);
        Activations += elements;
        Macs += elements * macsAnElement;
        return output;
    }
}
