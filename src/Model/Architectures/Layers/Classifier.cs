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
    private readonly double _dropout, _bound;

    /// <summary>A classifier.</summary>
    /// <param name="features">Features in.</param>
    /// <param name="classes">Classes out.</param>
    /// <param name="dropout">Dropout before it.</param>
    /// <param name="bias">Whether it has a bias.</param>
    public Classifier(int features, int classes, double dropout, bool bias = true) : base(nameof(Classifier))
    {
        _dropout = dropout;
        _bound = 1 / Math.Sqrt(features);
        _weight = nn.Parameter(zeros(classes, features));
        _bias = bias ? nn.Parameter(zeros(classes)) : null;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public IEnumerable<(string Name, Fill Fill)> Fills =>
        _bias is null ? [("weight", new Fill.Uniform(_bound))] : [("weight", new Fill.Uniform(_bound)), ("bias", new Fill.Uniform(_bound))];

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) =>
        nn.functional.linear(_dropout > 0 && training ? nn.functional.dropout(input, _dropout, training) : input, _weight, _bias!);
}
