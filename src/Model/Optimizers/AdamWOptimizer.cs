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
        var numbers = AdamNumbers<T>.At(options, _eps, Steps, correct: true);
        Blocks.ForEach(block =>
        {
            ParameterRule rule = Rules[block.Rule];
            FlatKernels.AdamW(values + block.Offset, gradients + block.Offset, first + block.Offset, second + block.Offset, block.Count,
                numbers, T.CreateTruncating(learningRate * rule.LrScale), T.CreateTruncating(rule.WeightDecay));
        });
    }

    protected override void StepByOperations(double learningRate)
    {
        var n = AdamNumbers<double>.At(options, _eps, Steps, correct: true);
        foreach (ParameterRule rule in Rules)
        {
            double rate = learningRate * rule.LrScale;
            Tensor value = Part(Flat.Values, rule), gradient = Part(Flat.Gradients, rule), first = Part(State["exp_avg"], rule), second = Part(State["exp_avg_sq"], rule);
            value.mul_(1 - rate * rule.WeightDecay);
            first.mul_(n.Beta1).add_(gradient, alpha: 1 - n.Beta1);
            second.mul_(n.Beta2).add_(gradient * gradient, alpha: 1 - n.Beta2);
            Tensor denominator = second.sqrt().div_(Math.Sqrt(n.Correction2)).add_(n.Eps);
            value.sub_(first.div(denominator).mul_(rate / n.Correction1));
        }
    }
}
