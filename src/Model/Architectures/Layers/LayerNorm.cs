using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>Normalisation of each token over its channels (Ba et al., arXiv 1607.06450).</summary>
internal sealed class LayerNorm : nn.Module<Tensor, Tensor>, IFreshlyFilled
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter _bias;

    /// <summary>A norm of so many channels.</summary>
    public LayerNorm(int channels, double eps) : base(nameof(LayerNorm))
    {
        Eps = eps;
        _weight = nn.Parameter(ones(channels));
        _bias = nn.Parameter(zeros(channels));
        RegisterComponents();
    }

    /// <summary>Epsilon.</summary>
    public double Eps { get; }

    /// <summary><c>[channels]</c>.</summary>
    public Parameter Weight => _weight;

    /// <summary><c>[channels]</c>.</summary>
    public Parameter Bias => _bias;

    /// <inheritdoc/>
    public IEnumerable<(string Name, Fill Fill)> Fills => [("weight", new Fill.Constant(1)), ("bias", new Fill.Constant(0))];

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.layer_norm(input, _weight.shape, _weight, _bias, Eps);
}
