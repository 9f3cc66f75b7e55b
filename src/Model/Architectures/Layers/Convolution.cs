using StreamTrainer.Model.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>A 2-d convolution. A 1x1 one is computed as a linear layer where <see cref="TorchRuntime.LinearForPointwise"/> says so.</summary>
internal sealed class Convolution : nn.Module<Tensor, Tensor>, IFreshlyFilled
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter? _bias;
    private readonly Fill _fill, _biasFill;
    private readonly bool _linear;

    /// <summary>A convolution of square kernels.</summary>
    /// <param name="input">Channels in.</param>
    /// <param name="output">Channels out.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="fill">How fresh weights are drawn; none: normal of variance 2 / (out * kernel^2), timm's for ResNets.</param>
    /// <param name="stride">Stride.</param>
    /// <param name="padding">Zeros around; none: so many that stride 1 keeps the size of odd kernels.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="bias">How a fresh bias is drawn; none: it has no bias.</param>
    public Convolution(int input, int output, int kernel, Fill? fill = null, int stride = 1, int? padding = null, int groups = 1, Fill? bias = null)
        : base(nameof(Convolution))
    {
        InputChannels = input;
        OutputChannels = output;
        Kernel = kernel;
        Stride = stride;
        Padding = padding ?? (kernel - 1) / 2;
        Groups = groups;
        _fill = fill ?? FanOut(output, kernel);
        _biasFill = bias ?? new Fill.Constant(0);
        _linear = TorchRuntime.LinearForPointwise && kernel == 1 && Padding == 0 && groups == 1;
        _weight = nn.Parameter(zeros(output, input / groups, kernel, kernel));
        _bias = bias is null ? null : nn.Parameter(zeros(output));
        RegisterComponents();
    }

    /// <summary>Channels in.</summary>
    public int InputChannels { get; }

    /// <summary>Channels out.</summary>
    public int OutputChannels { get; }

    /// <summary>Side of the kernel.</summary>
    public int Kernel { get; }

    /// <summary>Stride.</summary>
    public int Stride { get; }

    /// <summary>Zeros around.</summary>
    public int Padding { get; }

    /// <summary>Groups.</summary>
    public int Groups { get; }

    /// <summary><c>[out, in / groups, kernel, kernel]</c>.</summary>
    public Parameter Weight => _weight;

    /// <summary><c>[out]</c>, or none.</summary>
    public Parameter? Bias => _bias;

    /// <summary>The pair that it makes with the norm after it, where there is one.</summary>
    public ConvNorm? FollowedBy { get; set; }

    /// <inheritdoc/>
    public IEnumerable<(string Name, Fill Fill)> Fills => _bias is null ? [("weight", _fill)] : [("weight", _fill), ("bias", _biasFill)];

    /// <summary>Normal of variance 2 / (out * kernel^2 / groups): He et al., arXiv 1502.01852, by the outputs.</summary>
    public static Fill FanOut(int output, int kernel, int groups = 1) => new Fill.Normal(Math.Sqrt(2.0 / ((double)output * kernel * kernel / groups)));

    /// <summary>PyTorch's default for weights and biases, by how many inputs an output has.</summary>
    public static Fill FanIn(int inputs) => new Fill.Uniform(1 / Math.Sqrt(inputs));

    /// <summary>The side of what comes of a side.</summary>
    public int OutputSide(int side) => (side + 2 * Padding - Kernel) / Stride + 1;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => Compute(input, _weight, _bias);

    /// <summary>The same with other weights of the same shape.</summary>
    public Tensor Compute(Tensor input, Tensor weight, Tensor? bias)
    {
        if (!_linear)
        {
            return nn.functional.conv2d(input, weight, bias, strides: [Stride, Stride], padding: [Padding, Padding], groups: Groups);
        }

        Tensor pixels = input.permute(0, 2, 3, 1);
        if (Stride > 1)
        {
            pixels = pixels.slice(1, 0, pixels.shape[1], Stride).slice(2, 0, pixels.shape[2], Stride);
        }

        return nn.functional.linear(pixels, weight.reshape(OutputChannels, InputChannels), bias!).permute(0, 3, 1, 2);
    }

    /// <summary>A 1x1 convolution of pooled values <c>[n, channels]</c>: a linear layer, without detour over images of one pixel.</summary>
    public Tensor Mix(Tensor pooled) => nn.functional.linear(pooled, _weight.reshape(OutputChannels, InputChannels), _bias!);
}
