using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>A linear layer with a bias that starts at zero.</summary>
internal sealed class Linear : nn.Module<Tensor, Tensor>, IFreshlyFilled
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter _bias;
    private readonly Fill _fill;

    /// <summary>A layer.</summary>
    /// <param name="inputs">Features in.</param>
    /// <param name="outputs">Features out.</param>
    /// <param name="fill">How fresh weights are drawn.</param>
    public Linear(int inputs, int outputs, Fill fill) : base(nameof(Linear))
    {
        Inputs = inputs;
        Outputs = outputs;
        _fill = fill;
        _weight = nn.Parameter(zeros(outputs, inputs));
        _bias = nn.Parameter(zeros(outputs));
        RegisterComponents();
    }

    /// <summary>Features in.</summary>
    public int Inputs { get; }

    /// <summary>Features out.</summary>
    public int Outputs { get; }

    /// <summary><c>[out, in]</c>.</summary>
    public Parameter Weight => _weight;

    /// <summary><c>[out]</c>.</summary>
    public Parameter Bias => _bias;

    /// <inheritdoc/>
    public IEnumerable<(string Name, Fill Fill)> Fills => [("weight", _fill), ("bias", new Fill.Constant(0))];

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.linear(input, _weight, _bias);
}
