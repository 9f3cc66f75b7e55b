using StreamTrainer.Model.Architectures.Layers;
using Parameter = TorchSharp.Modules.Parameter;
using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace StreamTrainer.Model.Architectures.Operations;

/// <summary>Computes. Values that an operation takes over are overwritten where autograd does not need them any more.</summary>
internal sealed class TensorOperations : IOperations<Tensor>
{
    private TensorOperations()
    {
    }

    /// <summary>The only one: it has no state.</summary>
    public static TensorOperations Instance { get; } = new();

    public Tensor Convolve(Convolution layer, Tensor input) => layer.forward(input);

    public Tensor Convolve(Tensor weight, Tensor bias, Tensor input) => functional.conv2d(input, weight, bias);

    public Tensor ConvolveAndNormalise(ConvNorm layers, Tensor input) =>
        layers.Folded is { } folded && !layers.Norm.training ? layers.Convolution.Compute(input, folded.Weight, folded.Bias) : layers.Norm.forward(layers.Convolution.forward(input));

    public Tensor Normalise(BatchNorm layer, Tensor input) => layer.forward(input);

    public Tensor Normalise(LayerNorm layer, Tensor input) => layer.forward(input);

    public Tensor Activate(Activation activation, Tensor input) => activation switch
    {
        Activation.Relu => functional.relu(input, inplace: true),
        // Its backward pass needs the input: in place, autograd would keep a copy of it.
        Activation.Silu => functional.silu(input, inplace: !is_grad_enabled()),
        _ => functional.gelu(input),
    };

    // Under autocast a residual stream may be fp32 and what is added to it narrower: the sum is the wider.
    public Tensor Add(Tensor input, Tensor other) => input.dtype == other.dtype ? input.add_(other, alpha: Scalars.One) : input.add(other, alpha: Scalars.One);

    // Not in place: libtorch would round the factor itself to bf16 first, and with it every result by up to 0.2 %.
    public Tensor Scale(Tensor input, double factor) => input.mul(Scalars.Of(factor));

    public Tensor Drop(DropPath? layer, Tensor input) => layer is null ? input : layer.forward(input);

    public Tensor MaxPool(Tensor input, int kernel, int stride, int padding, bool ceil) =>
        functional.max_pool2d(input, kernel, stride: stride, padding: padding, ceil_mode: ceil);

    public Tensor HalveByMean(Tensor input) => functional.avg_pool2d(input, 2, stride: 2, ceil_mode: true, count_include_pad: false);

    public Tensor MeanOfPixels(Tensor input) => input.mean([2, 3]);

    public Tensor MaxOfPixels(Tensor input) => input.amax([2, 3]);

    public Tensor Mix(Convolution layer, Tensor pooled) => layer.Mix(pooled);

    public Tensor MixNeighbours(Parameter kernel, Tensor pooled) =>
        functional.conv1d(pooled.unsqueeze(1), kernel, padding: kernel.shape[2] / 2).squeeze(1);

    public Tensor Gate(Tensor image, Tensor gates)
    {
        Tensor factors = gates.sigmoid().unsqueeze(-1).unsqueeze(-1);
        return is_grad_enabled() ? image * factors : image.mul_(factors);
    }

    public Tensor Multiply(Linear layer, Tensor input) => layer.forward(input);

    public Tensor Classify(Classifier layer, Tensor input) => layer.forward(input);

    // Of a channels-last image this is a view.
    public Tensor Tokens(Tensor image) => image.permute(0, 2, 3, 1).reshape(image.shape[0], -1, image.shape[1]);

    public Tensor Embed(PositionEmbedding layer, Tensor tokens) => layer.forward(tokens);

    public Tensor Attend(Tensor packed, int heads)
    {
        long batch = packed.shape[0], tokens = packed.shape[1], channels = packed.shape[2] / 3;
        Tensor[] parts = packed.view(batch, tokens, 3, heads, channels / heads).permute(2, 0, 3, 1, 4).unbind(0);
        return functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]).transpose(1, 2).reshape(batch, tokens, channels);
    }

    public Tensor FirstToken(Tensor tokens) => tokens.select(1, 0);
}
