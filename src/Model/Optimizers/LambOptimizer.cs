using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.State;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Optimizers;

/// <summary>
/// LAMB (You et al., arXiv 1904.00962) as timm does it: the global gradient norm is limited first, the decay is part of the
/// update, and parameters without decay have no trust ratio.
/// </summary>
internal sealed class LambOptimizer(FlatState flat, OptimizerOptions options, ParameterRule[] rules, bool kernels)
    : FlatOptimizer(flat, rules, kernels, "exp_avg", "exp_avg_sq")
{
    private const double DefaultEps = 1e-6;

    private readonly double _eps = options.Eps ?? DefaultEps;
    private readonly bool _clips = options.MaxGradNorm > 0, _capped = options.Name == OptimizerKind.LambC;
    private readonly double[] _squares = new double[flat.Blocks.Count], _updateSquares = new double[flat.Blocks.Count];

    protected override unsafe void StepByKernels<T>(double learningRate)
    {
        T* values = FlatMemory.Pointer<T>(Flat.Values), gradients = FlatMemory.Pointer<T>(Flat.Gradients);
        T* first = FlatMemory.Pointer<T>(State["exp_avg"]), second = FlatMemory.Pointer<T>(State["exp_avg_sq"]);
        var numbers = AdamNumbers<T>.At(options, _eps, Steps, options.BiasCorrection);
        double norm = _clips ? KnownNorm ?? Math.Sqrt(Flat.Blocks.SumOfSquares(gradients)) : 0;
        // Not Math.Min: NaN must go on into the weights, where it is noticed.
        T clip = T.CreateTruncating(norm <= options.MaxGradNorm ? 1.0 : options.MaxGradNorm / norm);
        Flat.Blocks.ForEach((block, i) =>
            (_squares[i], _updateSquares[i]) = LambKernel.Update(
                values + block.Offset, gradients + block.Offset, first + block.Offset, second + block.Offset, block.Count,
                numbers, clip, T.CreateTruncating(Rules[block.Parameter].WeightDecay)));

        double[] squares = Flat.Blocks.SumByParameter(_squares), updateSquares = Flat.Blocks.SumByParameter(_updateSquares);
        Flat.Blocks.ForEach((block, _) =>
        {
            int parameter = block.Parameter;
            ParameterRule rule = Rules[parameter];
            double ratio = Adapts(rule) ? TrustRatio(Math.Sqrt(squares[parameter]), Math.Sqrt(updateSquares[parameter])) : 1.0;
            LambKernel.Apply(values + block.Offset, gradients + block.Offset, block.Count, T.CreateTruncating(learningRate * rule.LrScale * ratio));
        });
    }

    protected override void StepByOperations(double learningRate, RuleRows rows)
    {
        var n = AdamNumbers<double>.At(options, _eps, Steps, options.BiasCorrection);
        Tensor values = RuleRows.Of(Flat.Values), gradients = RuleRows.Of(Flat.Gradients);
        Tensor first = RuleRows.Of(State["exp_avg"]), second = RuleRows.Of(State["exp_avg_sq"]);
        if (_clips)
        {
            gradients.div_(gradients.norm().div_(Scalars.Of(options.MaxGradNorm)).clamp_min_(Scalars.One));
        }

        first.mul_(Scalars.Of(n.Beta1)).add_(gradients, alpha: Scalars.Of(n.Rest1));
        second.mul_(Scalars.Of(n.Beta2)).addcmul_(gradients, gradients, Scalars.Of(n.Rest2));
        Tensor update = first.mul(Scalars.Of(n.Unbias1)).div_(second.sqrt().mul_(Scalars.Of(n.UnbiasRoot2)).add_(Scalars.Of(n.Eps), Scalars.One)).addcmul_(values, rows.Decay, Scalars.One);
        values.addcmul_(update, TrustRatios(update.view(-1), rows).mul_(rows.LrScale), Scalars.Of(-learningRate));
    }

    /// <summary>The trust ratio of each row, <c>[rows, 1]</c>.</summary>
    private Tensor TrustRatios(Tensor update, RuleRows rows)
    {
        var ratios = new Tensor[Rules.Length];
        Tensor one = ones([], update.dtype, update.device);
        for (int i = 0; i < ratios.Length; i++)
        {
            ParameterRule rule = Rules[i];
            ratios[i] = Adapts(rule) ? Norm(Flat.Values, rule) / Norm(update, rule) : one;
        }

        // A zero parameter gives 0, a zero update infinity or NaN: all of them mean 1. NaN of the numbers themselves stays in the update.
        Tensor all = stack(ratios);
        all = where(all.gt(Scalars.Zero).logical_and_(all.isfinite()), all, one);
        return (_capped ? all.clamp_max_(Scalars.One) : all).index_select(0, rows.Parameter).unsqueeze(1);
    }

    private bool Adapts(in ParameterRule rule) => rule.Segment.IsTrained && (rule.WeightDecay != 0 || options.AlwaysAdapt);

    private double TrustRatio(double norm, double updateNorm)
    {
        double ratio = norm > 0 && updateNorm > 0 ? norm / updateNorm : 1.0;
        return _capped ? Math.Min(ratio, 1.0) : ratio;
    }

    private static Tensor Norm(Tensor flat, in ParameterRule rule) => flat.narrow(0, rule.Segment.Offset, rule.Segment.Count).norm();
}
