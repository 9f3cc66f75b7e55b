using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Architectures.Operations;
using Parameter = TorchSharp.Modules.Parameter;
using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Export;

/// <summary>A value of the graph: its name, and the shape of one image's part of it.</summary>
internal sealed record OnnxValue(string Name, int[] Shape);

/// <summary>Writes a network down as a graph, as it computes in an evaluation: norms folded into the convolutions before them.</summary>
internal sealed class OnnxOperations(OnnxGraph graph) : IOperations<OnnxValue>
{
    /// <summary>Whoever counts costs knows all shapes.</summary>
    private readonly CostOperations _shapes = new();

    public OnnxValue Convolve(Convolution layer, OnnxValue input) => Convolution(layer, input, layer.Weight, layer.Bias);

    public OnnxValue Convolve(Tensor weight, Tensor bias, OnnxValue input) =>
        new(graph.Node("Conv", [input.Name, graph.Constant(weight), graph.Constant(bias)], ("kernel_shape", weight.shape[2..])), _shapes.Convolve(weight, bias, input.Shape));

    public OnnxValue ConvolveAndNormalise(ConvNorm layers, OnnxValue input)
    {
        (Tensor weight, Tensor bias) = layers.FoldedWeights();
        return Convolution(layers.Convolution, input, weight, bias);
    }

    public OnnxValue Normalise(BatchNorm layer, OnnxValue input)
    {
        (Tensor factor, Tensor shift) = layer.AsAffine();
        string scaled = graph.Node("Mul", [input.Name, Constant(factor.view(1, -1, 1, 1))]);
        return new(graph.Node("Add", [scaled, Constant(shift.view(1, -1, 1, 1))]), input.Shape);
    }

    public OnnxValue Normalise(LayerNorm layer, OnnxValue input) => new(
        graph.Node("LayerNormalization", [input.Name, Constant(layer.Weight), Constant(layer.Bias)], ("axis", -1L), ("epsilon", (float)layer.Eps)), input.Shape);

    public OnnxValue Activate(Activation activation, OnnxValue input) => new(
        activation switch
        {
            Activation.Relu => graph.Node("Relu", [input.Name]),
            Activation.Silu => graph.Node("Mul", [input.Name, graph.Node("Sigmoid", [input.Name])]),
            _ => Gelu(input.Name),
        }, input.Shape);

    public OnnxValue Add(OnnxValue input, OnnxValue other) => new(graph.Node("Add", [input.Name, other.Name]), _shapes.Add(input.Shape, other.Shape));

    public OnnxValue Scale(OnnxValue input, double factor) => new(graph.Node("Mul", [input.Name, graph.Number(factor)]), input.Shape);

    public OnnxValue Drop(DropPath? layer, OnnxValue input) => input;

    public OnnxValue MaxPool(OnnxValue input, int kernel, int stride, int padding, bool ceil) => new(
        graph.Node("MaxPool", [input.Name], ("kernel_shape", Both(kernel)), ("strides", Both(stride)), ("pads", All(padding)), ("ceil_mode", ceil ? 1L : 0L)),
        _shapes.MaxPool(input.Shape, kernel, stride, padding, ceil));

    public OnnxValue HalveByMean(OnnxValue input) => new(
        graph.Node("AveragePool", [input.Name], ("kernel_shape", Both(2)), ("strides", Both(2)), ("ceil_mode", 1L), ("count_include_pad", 0L)), _shapes.HalveByMean(input.Shape));

    public OnnxValue MeanOfPixels(OnnxValue input) => new(graph.Node("Flatten", [graph.Node("GlobalAveragePool", [input.Name])]), [input.Shape[0]]);

    public OnnxValue MaxOfPixels(OnnxValue input) => new(graph.Node("Flatten", [graph.Node("GlobalMaxPool", [input.Name])]), [input.Shape[0]]);

    public OnnxValue Mix(Convolution layer, OnnxValue pooled) =>
        new(Product(pooled, layer.Weight.reshape(layer.OutputChannels, layer.InputChannels), layer.Bias), [layer.OutputChannels]);

    public OnnxValue MixNeighbours(Parameter kernel, OnnxValue pooled)
    {
        string row = graph.Node("Reshape", [pooled.Name, graph.Shape(0, 1, -1)]);
        string mixed = graph.Node("Conv", [row, Constant(kernel)], ("kernel_shape", new[] { kernel.shape[2] }), ("pads", new[] { kernel.shape[2] / 2, kernel.shape[2] / 2 }));
        return new(graph.Node("Reshape", [mixed, graph.Shape(0, -1)]), pooled.Shape);
    }

    public OnnxValue Gate(OnnxValue image, OnnxValue gates)
    {
        string factors = graph.Node("Reshape", [graph.Node("Sigmoid", [gates.Name]), graph.Shape(0, -1, 1, 1)]);
        return new(graph.Node("Mul", [image.Name, factors]), image.Shape);
    }

    public OnnxValue Multiply(Linear layer, OnnxValue input) => new(
        graph.Node("Add", [graph.Node("MatMul", [input.Name, Constant(layer.Weight.t())]), Constant(layer.Bias)]), _shapes.Multiply(layer, input.Shape));

    public OnnxValue Classify(Classifier layer, OnnxValue input) => new(Product(input, layer.Weight, layer.Bias), [layer.Classes]);

    public OnnxValue Tokens(OnnxValue image)
    {
        string turned = graph.Node("Transpose", [image.Name], ("perm", new long[] { 0, 2, 3, 1 }));
        return new(graph.Node("Reshape", [turned, graph.Shape(0, -1, image.Shape[0])]), _shapes.Tokens(image.Shape));
    }

    public OnnxValue Embed(PositionEmbedding layer, OnnxValue tokens)
    {
        // A row of zeros before the tokens, and a constant in which the class token is added to its place.
        Tensor places = PositionEmbedding.Resample(layer.Positions, tokens.Shape[0]).to(ScalarType.Float32).clone();
        places.narrow(1, 0, 1).add_(layer.Token, alpha: Scalars.One);
        string padded = graph.Node("Pad", [tokens.Name, graph.Shape(0, 1, 0, 0, 0, 0)]);
        return new(graph.Node("Add", [padded, Constant(places)]), _shapes.Embed(layer, tokens.Shape));
    }

    public OnnxValue Attend(OnnxValue packed, int heads)
    {
        int tokens = packed.Shape[0], channels = packed.Shape[1] / 3, size = channels / heads;
        string parts = graph.Node("Reshape", [packed.Name, graph.Shape(0, tokens, 3, heads, size)]);
        string queries = Part(0, [0, 2, 1, 3]), keys = Part(1, [0, 2, 3, 1]), values = Part(2, [0, 2, 1, 3]);
        string scaled = graph.Node("Mul", [queries, graph.Number(1 / Math.Sqrt(size))]);
        string weights = graph.Node("Softmax", [graph.Node("MatMul", [scaled, keys])], ("axis", -1L));
        string mixed = graph.Node("Transpose", [graph.Node("MatMul", [weights, values])], ("perm", new long[] { 0, 2, 1, 3 }));
        return new(graph.Node("Reshape", [mixed, graph.Shape(0, tokens, channels)]), [tokens, channels]);

        string Part(long which, long[] order) =>
            graph.Node("Transpose", [graph.Node("Gather", [parts, graph.Constant(tensor(which))], ("axis", 2L))], ("perm", order));
    }

    public OnnxValue FirstToken(OnnxValue tokens) => new(graph.Node("Gather", [tokens.Name, graph.Constant(tensor(0L))], ("axis", 1L)), [tokens.Shape[1]]);

    private OnnxValue Convolution(Convolution layer, OnnxValue input, Tensor weight, Tensor? bias) => new(
        graph.Node("Conv", bias is null ? [input.Name, Constant(weight)] : [input.Name, Constant(weight), Constant(bias)],
            ("kernel_shape", Both(layer.Kernel)), ("strides", Both(layer.Stride)), ("pads", All(layer.Padding)), ("group", (long)layer.Groups)),
        _shapes.Convolve(layer, input.Shape));

    private string Product(OnnxValue input, Tensor weight, Tensor? bias) =>
        graph.Node("Gemm", bias is null ? [input.Name, Constant(weight)] : [input.Name, Constant(weight), Constant(bias)], ("transB", 1L));

    /// <summary>x * Phi(x), by the error function.</summary>
    private string Gelu(string input)
    {
        string erf = graph.Node("Erf", [graph.Node("Mul", [input, graph.Number(1 / Math.Sqrt(2))])]);
        string half = graph.Node("Mul", [input, graph.Number(0.5)]);
        return graph.Node("Mul", [half, graph.Node("Add", [erf, graph.Number(1)])]);
    }

    private string Constant(Tensor value) => graph.Constant(value.to(ScalarType.Float32));

    private static long[] Both(long value) => [value, value];

    private static long[] All(long value) => [value, value, value, value];
}
