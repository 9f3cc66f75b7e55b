using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>Batch normalisation of channels, with PyTorch's names.</summary>
internal sealed class BatchNorm : nn.Module<Tensor, Tensor>, IFreshlyFilled, IFreezable
{
    [ComponentName(Name = "weight")] private readonly Parameter? _weight;
    [ComponentName(Name = "scale")] private readonly Tensor? _fixedWeight;
    [ComponentName(Name = "bias")] private readonly Parameter _bias;
    [ComponentName(Name = "running_mean")] private readonly Tensor _mean;
    [ComponentName(Name = "running_var")] private readonly Tensor _variance;
    [ComponentName(Name = "num_batches_tracked")] private readonly Tensor _batches;
    private readonly double _momentum, _eps, _fill;

    /// <summary>Whether this thread computes something a second time, so that running statistics must not move again.</summary>
    [ThreadStatic]
    internal static bool StatisticsStay;

    /// <summary>A norm of so many channels.</summary>
    /// <param name="channels">How many.</param>
    /// <param name="momentum">Weight of a new batch in the running statistics.</param>
    /// <param name="eps">Epsilon.</param>
    /// <param name="fill">The weight's first value.</param>
    /// <param name="scaled">Whether the weight is trained; otherwise it stays as it is.</param>
    public BatchNorm(int channels, double momentum, double eps = 1e-5, double fill = 1, bool scaled = true) : base(nameof(BatchNorm))
    {
        _momentum = momentum;
        _eps = eps;
        _fill = fill;
        _weight = scaled ? nn.Parameter(ones(channels)) : null;
        _fixedWeight = scaled ? null : full(channels, Scalars.Of(fill));
        _bias = nn.Parameter(zeros(channels));
        _mean = zeros(channels);
        _variance = ones(channels);
        _batches = tensor(0L);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public bool Frozen { get; set; }

    /// <summary>Weight of the next batch in the running statistics, where it is not the one that the norm was made with.</summary>
    internal double? BatchWeight { get; set; }

    /// <summary>The ranks that have parts of the same group, over which the statistics of a training pass are taken; none: this one's.</summary>
    internal ISharedSums? Shared { get; set; }

    /// <inheritdoc/>
    public IEnumerable<(string Name, Fill Fill)> Fills =>
        _weight is not null ? [("weight", new Fill.Constant(_fill)), ("bias", new Fill.Constant(0))] : [("bias", new Fill.Constant(0))];

    /// <summary>What it does in an evaluation, as a product and a sum of each channel, in double.</summary>
    public (Tensor Factor, Tensor Shift) AsAffine()
    {
        Tensor factor = (_weight ?? _fixedWeight)!.to(ScalarType.Float64) / _variance.to(ScalarType.Float64).add(Scalars.Of(_eps), Scalars.One).sqrt();
        return (factor, _bias.to(ScalarType.Float64) - _mean.to(ScalarType.Float64) * factor);
    }

    /// <summary>Sets the running statistics back to a fresh norm's.</summary>
    internal void ForgetStatistics()
    {
        using var guard = no_grad();
        _mean.zero_();
        _variance.fill_(Scalars.One);
        _batches.zero_();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        bool measures = training && !Frozen;
        if (measures && !StatisticsStay)
        {
            using var guard = no_grad();
            _batches.add_(Scalars.OneStep, Scalars.OneStep);
        }

        double momentum = StatisticsStay ? 0 : BatchWeight ?? _momentum;
        return measures && Shared is { } sums
            ? SharedBatchNorm.Apply(input, (_weight ?? _fixedWeight)!, _bias, sums, _eps, (mean, variance) => Follow(mean, variance, momentum))
            : nn.functional.batch_norm(input, _mean, _variance, _weight ?? _fixedWeight, _bias, measures, momentum, _eps);
    }

    private void Follow(Tensor mean, Tensor variance, double momentum)
    {
        Scalar kept = Scalars.Of(1 - momentum), weight = Scalars.Of(momentum);
        _mean.mul_(kept).add_(mean.to(_mean.dtype), alpha: weight);
        _variance.mul_(kept).add_(variance.to(_variance.dtype), alpha: weight);
    }
}
