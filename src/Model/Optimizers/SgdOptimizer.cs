using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.State;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Optimizers;

/// <summary>SGD with momentum, PyTorch's: decay is added to the gradient, no dampening.</summary>
internal sealed class SgdOptimizer(FlatState flat, OptimizerOptions options, ParameterRule[] rules, bool kernels)
    : FlatOptimizer(flat, rules, kernels, "momentum")
{
    private readonly bool _nesterov = options.Name == OptimizerKind.Sgd;

    protected override unsafe void StepByKernels<T>(double learningRate)
    {
        T* values = FlatMemory.Pointer<T>(Flat.Values), gradients = FlatMemory.Pointer<T>(Flat.Gradients), buffer = FlatMemory.Pointer<T>(State["momentum"]);
        T momentum = T.CreateTruncating(options.Momentum);
        Flat.Blocks.ForEach((block, _) =>
        {
            ParameterRule rule = Rules[block.Parameter];
            SgdKernel.Step(values + block.Offset, gradients + block.Offset, buffer + block.Offset, block.Count,
                T.CreateTruncating(learningRate * rule.LrScale), T.CreateTruncating(rule.WeightDecay), momentum, _nesterov);
        });
    }

    protected override void StepByOperations(double learningRate, RuleRows rows)
    {
        Tensor values = RuleRows.Of(Flat.Values), gradients = RuleRows.Of(Flat.Gradients), buffer = RuleRows.Of(State["momentum"]);
        gradients.addcmul_(values, rows.Decay, Scalars.One);
        buffer.mul_(Scalars.Of(options.Momentum)).add_(gradients, alpha: Scalars.One);
        Tensor update = _nesterov ? gradients.add_(buffer, alpha: Scalars.Of(options.Momentum)) : buffer;
        values.addcmul_(update, rows.LrScale, Scalars.Of(-learningRate));
    }
}
