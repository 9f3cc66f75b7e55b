using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.State;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Optimizers;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), PyTorch's arithmetic.</summary>
internal sealed class AdamWOptimizer(FlatState flat, OptimizerOptions options, ParameterRule[] rules, bool kernels)
    : FlatOptimizer(flat, rules, kernels, "exp_avg", "exp_avg_sq")
{
    private const double DefaultEps = 1e-8;

    private readonly double _eps = options.Eps ?? DefaultEps;

    protected override unsafe void StepByKernels<T>(double learningRate)
    {
        T* values = FlatMemory.Pointer<T>(Flat.Values), gradients = FlatMemory.Pointer<T>(Flat.Gradients);
        T* first = FlatMemory.Pointer<T>(State["exp_avg"]), second = FlatMemory.Pointer<T>(State["exp_avg_sq"]);
        var numbers = AdamNumbers<T>.At(options, _eps, Steps, unbias: true);
        double unbias = 1 / (1 - Math.Pow(options.Betas[0], Steps));
        Flat.Blocks.ForEach((block, _) =>
        {
            ParameterRule rule = Rules[block.Parameter];
            double rate = learningRate * rule.LrScale;
            AdamWKernel.Step(values + block.Offset, gradients + block.Offset, first + block.Offset, second + block.Offset, block.Count,
                numbers, T.CreateTruncating(1 - rate * rule.WeightDecay), T.CreateTruncating(rate * unbias));
        });
    }

    protected override void StepByOperations(double learningRate, RuleRows rows)
    {
        var n = AdamNumbers<double>.At(options, _eps, Steps, unbias: true);
        Tensor values = RuleRows.Of(Flat.Values), gradients = RuleRows.Of(Flat.Gradients);
        Tensor first = RuleRows.Of(State["exp_avg"]), second = RuleRows.Of(State["exp_avg_sq"]);
        values.mul_((rows.Decay * rows.LrScale).mul_(Scalars.Of(-learningRate)).add_(Scalars.One, Scalars.One));
        first.mul_(Scalars.Of(n.Beta1)).add_(gradients, alpha: Scalars.Of(n.Rest1));
        second.mul_(Scalars.Of(n.Beta2)).addcmul_(gradients, gradients, Scalars.Of(n.Rest2));
        Tensor update = first / second.sqrt().mul_(Scalars.Of(n.UnbiasRoot2)).add_(Scalars.Of(n.Eps), Scalars.One);
        values.addcmul_(update, rows.LrScale, Scalars.Of(-learningRate * n.Unbias1));
    }
}
