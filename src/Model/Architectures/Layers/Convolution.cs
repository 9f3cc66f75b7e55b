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
    private readonly long _stride, _padding, _groups;
    private readonly Fill _fill;
    private readonly bool _linear;

    /// <summary>A convolution of square kernels.</summary>
    /// <param name="input">Channels in.</param>
    /// <param name="output">Channels out.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="fill">How fresh weights are drawn; none: normal of variance 2 / (out * kernel^2), timm's for ResNets.</param>
    /// <param name="stride">Stride.</param>
    /// <param name="padding">Zeros around; none: so many that stride 1 keeps the size of odd kernels.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="bias">Whether it has a bias.</param>
    public Convolution(int input, int output, int kernel, Fill? fill = null, int stride = 1, int? padding = null, int groups = 1, bool bias = false)
        : base(nameof(Convolution))
    {
        _stride = stride;
        _padding = padding ?? (kernel - 1) / 2;
        _groups = groups;
        _fill = fill ?? new Fill.Normal(Math.Sqrt(2.0 / ((double)output * kernel * kernel)));
        _linear = TorchRuntime.LinearForPointwise && kernel == 1 && _padding == 0 && groups == 1;
        _weight = nn.Parameter(zeros(output, input / groups, kernel, kernel));
        _bias = bias ? nn.Parameter(zeros(output)) : null;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public IEnumerable<(string Name, Fill Fill)> Fills
    {
        get
        {
            yield return ("weight", _fill);
            if (_bias is not null)
            {
                yield return ("bias", new Fill.Constant(0));
            }
        }
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (!_linear)
        {
            return nn.functional.conv2d(input, _weight, _bias, strides: [_stride, _stride], padding: [_padding, _padding], groups: _groups);
        }

        Tensor pixels = input.permute(0, 2, 3, 1);
        if (_stride > 1)
        {
            pixels = pixels.slice(1, 0, pixels.shape[1], _stride).slice(2, 0, pixels.shape[2], _stride);
        }

        return nn.functional.linear(pixels, _weight.reshape(_weight.shape[0], _weight.shape[1]), _bias!).permute(0, 3, 1, 2);
    }
}
