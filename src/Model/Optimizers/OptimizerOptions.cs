using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Model.Optimizers;

/// <summary>The optimizer, <c>optimizer</c> in a recipe.</summary>
public sealed record OptimizerOptions
{
    /// <summary>Which one.</summary>
    [Description("sgd (Nesterov), momentum (plain), adamW, lamb or lambC; timm's.")]
    public OptimizerKind Name { get; init; } = OptimizerKind.Sgd;

    /// <summary>The rate that the schedule starts from, for the whole batch.</summary>
    [Description("Learning rate that the schedule starts from."), Range(0.0, 1000.0)]
    public double Lr { get; init; } = 0.1;

    /// <summary>Weight decay.</summary>
    [Description("Weight decay; not applied to biases, norms and what else has one dimension."), Range(0.0, 10.0)]
    public double WeightDecay { get; init; }

    /// <summary>Decay biases and norms too.</summary>
    [Description("Decay biases and norms too.")]
    public bool DecayAll { get; init; }

    /// <summary>Momentum of SGD.</summary>
    [Description("Momentum of sgd."), Range(0.0, 0.9999)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Decay rates of Adam's and LAMB's moments.</summary>
    [Description("Decay rates of the two moments of adamW and lamb."), Length(2, 2), Range(0.0, 0.999999)]
    public IReadOnlyList<double> Betas { get; init; } = [0.9, 0.999];

    /// <summary>Epsilon.</summary>
    [Description("Epsilon of adamW and lamb."), Range(1e-30, 1.0), Auto("1e-6 for lamb, 1e-8 for adamW")]
    public double? Eps { get; init; }

    /// <summary>Global gradient norm above which LAMB scales gradients down; 0: never.</summary>
    [Description("lamb: global gradient norm above which it scales gradients down, inside the optimizer; 0: never."), Range(0.0, 1e12)]
    public double MaxGradNorm { get; init; } = 1.0;

    /// <summary>Clip gradients before any optimizer.</summary>
    [Description("Clip gradients to this before the optimizer; none by default."), Range(0.0, 1e12)]
    public double? ClipGrad { get; init; }

    /// <summary>What <see cref="ClipGrad"/> limits.</summary>
    [Description("What clipGrad limits: norm, the 2-norm of all gradients together, or value, each element by itself.")]
    public ClipMode ClipMode { get; init; } = ClipMode.Norm;

    /// <summary>Adapt tensors without weight decay too.</summary>
    [Description("lamb: give tensors without weight decay a trust ratio too.")]
    public bool AlwaysAdapt { get; init; }

    /// <summary>Correct the moments for starting at zero.</summary>
    [Description("lamb: correct the moments for starting at zero.")]
    public bool BiasCorrection { get; init; } = true;

    /// <summary>Factor on the rate from each layer to the one before it.</summary>
    [Description("Factor on the learning rate from each layer to the one before it, for fine-tuning vision transformers (0.65 to 0.75 are usual): the classifier has the whole rate, the patches' embedding the smallest. none: all layers have the same."), Range(0.001, 1.0)]
    public double? LayerDecay { get; init; }

    /// <summary>Factor on the rate of the norms' biases. Where they decay too (<see cref="DecayAll"/>), their decay is divided by it, so
    /// that rate times decay is that of the other parameters, as in arXiv 2404.00498.</summary>
    [Description("Factor on the learning rate of batch normalisation's biases (arXiv 2404.00498 has 64); with decayAll their decay is divided by it."), Range(0.001, 1000.0)]
    public double BiasLrScale { get; init; } = 1.0;
}
