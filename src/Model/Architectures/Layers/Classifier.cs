using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>The last linear layer, with dropout before it.</summary>
internal sealed class Classifier : nn.Module<Tensor, Tensor>, IFreshlyFilled
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter? _bias;
    private readonly double _dropout;
    private readonly Fill _fill, _biasFill;

    /// <summary>A classifier.</summary>
    /// <param name="features">Features in.</param>
    /// <param name="classes">Classes out.</param>
    /// <param name="dropout">Dropout before it.</param>
    /// <param name="fill">How fresh weights are drawn; none: PyTorch's default.</param>
    /// <param name="biasFill">How a fresh bias is drawn; none: PyTorch's default.</param>
    /// <param name="bias">Whether it has a bias.</param>
    public Classifier(int features, int classes, double dropout, Fill? fill = null, Fill? biasFill = null, bool bias = true) : base(nameof(Classifier))
    {
        Features = features;
        Classes = classes;
        _dropout = dropout;
        _fill = fill ?? Convolution.FanIn(features);
        _biasFill = biasFill ?? Convolution.FanIn(features);
        _weight = nn.Parameter(zeros(classes, features));
        _bias = bias ? nn.Parameter(zeros(classes)) : null;
        RegisterComponents();
    }

    /// <summary>Features in.</summary>
    public int Features { get; }

    /// <summary>Classes out.</summary>
    public int Classes { get; }

    /// <summary><c>[classes, features]</c>.</summary>
    public Parameter Weight => _weight;

    /// <summary><c>[classes]</c>, or none.</summary>
    public Parameter? Bias => _bias;

    /// <inheritdoc/>
    public IEnumerable<(string Name, Fill Fill)> Fills => _bias is null ? [("weight", _fill)] : [("weight", _fill), ("bias", _biasFill)];

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) =>
        nn.functional.linear(_dropout > 0 && training ? nn.functional.dropout(input, _dropout, training) : input, _weight, _bias!);
}
