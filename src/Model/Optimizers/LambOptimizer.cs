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
    private readonly double[] _squares = new double[rules.Length], _updateSquares = new double[rules.Length];

    protected override unsafe void StepByKernels<T>(double learningRate)
    {
        T* values = FlatMemory.Pointer<T>(Flat.Values), gradients = FlatMemory.Pointer<T>(Flat.Gradients);
        T* first = FlatMemory.Pointer<T>(State["exp_avg"]), second = FlatMemory.Pointer<T>(State["exp_avg_sq"]);
        var numbers = AdamNumbers<T>.At(options, _eps, Steps, options.BiasCorrection);
        Array.Clear(_squares);
        Array.Clear(_updateSquares);
        Blocks.Sum(block => FlatKernels.SquaredNorm(gradients + block.Offset, block.Count), _squares);
        T scale = T.CreateTruncating(Scale(Math.Sqrt(_squares.Sum())));
        Array.Clear(_squares);

        // Updates are sums of two numbers, so the pass keeps the parameters' beside them and adds both in the blocks' order.
        Blocks.Sum(
            block =>
            {
                (_, double update) = FlatKernels.LambUpdate(values + block.Offset, gradients + block.Offset, first + block.Offset, second + block.Offset, block.Count,
                    numbers, scale, T.CreateTruncating(Rules[block.Rule].WeightDecay));
                return update;
            },
            _updateSquares);
        Blocks.Sum(block => FlatKernels.SquaredNorm(values + block.Offset, block.Count), _squares);
        Blocks.ForEach(block =>
        {
            ParameterRule rule = Rules[block.Rule];
            double ratio = TrustRatio(rule, Math.Sqrt(_squares[block.Rule]), Math.Sqrt(_updateSquares[block.Rule]));
            FlatKernels.Subtract(values + block.Offset, gradients + block.Offset, block.Count, T.CreateTruncating(learningRate * rule.LrScale * ratio));
        });
    }

    protected override void StepByOperations(double learningRate)
    {
        var n = AdamNumbers<double>.At(options, _eps, Steps, options.BiasCorrection);
        Flat.Gradients.div_(Scale(Norm(Flat.Gradients)));
        foreach (ParameterRule rule in Rules)
        {
            Tensor value = Part(Flat.Values, rule), gradient = Part(Flat.Gradients, rule), first = Part(State["exp_avg"], rule), second = Part(State["exp_avg_sq"], rule);
            first.mul_(n.Beta1).add_(gradient, alpha: 1 - n.Beta1);
            second.mul_(n.Beta2).add_(gradient * gradient, alpha: 1 - n.Beta2);
            Tensor update = first.div(n.Correction1).div_(second.sqrt().div_(Math.Sqrt(n.Correction2)).add_(n.Eps)).add_(value, alpha: rule.WeightDecay);
            bool adapts = rule.WeightDecay != 0 || options.AlwaysAdapt;
            double ratio = adapts ? TrustRatio(rule, Norm(value), Norm(update)) : 1.0;
            value.sub_(update.mul_(learningRate * rule.LrScale * ratio));
        }
    }

    /// <summary>What gradients are divided by.</summary>
    private double Scale(double norm) => Math.Max(1.0, norm / options.MaxGradNorm);

    private double TrustRatio(in ParameterRule rule, double norm, double updateNorm)
    {
        if ((rule.WeightDecay == 0 && !options.AlwaysAdapt) || norm <= 0 || updateNorm <= 0)
        {
            return 1.0;
        }

        double ratio = norm / updateNorm;
        return options.Name == OptimizerKind.LambC ? Math.Min(ratio, 1.0) : ratio;
    }

    private static double Norm(Tensor tensor) => tensor.to(ScalarType.Float64).norm().item<double>();
}
