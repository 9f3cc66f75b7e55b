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
        Blocks.ForEach(block =>
        {
            ParameterRule rule = Rules[block.Rule];
            FlatKernels.Sgd(values + block.Offset, gradients + block.Offset, buffer + block.Offset, block.Count,
                T.CreateTruncating(learningRate * rule.LrScale), T.CreateTruncating(rule.WeightDecay), momentum, _nesterov);
        });
    }

    protected override void StepByOperations(double learningRate)
    {
        foreach (ParameterRule rule in Rules)
        {
            Tensor value = Part(Flat.Values, rule), gradient = Part(Flat.Gradients, rule), buffer = Part(State["momentum"], rule);
            gradient.add_(value, alpha: rule.WeightDecay);
            buffer.mul_(options.Momentum).add_(gradient);
            value.sub_((_nesterov ? gradient.add(buffer, alpha: options.Momentum) : buffer).mul(learningRate * rule.LrScale));
        }
    }
}
