using System.Numerics;
using StreamTrainer.Model.State;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Optimizers;

/// <summary>What the optimizers have in common: the flat store, the parameters' rules, moments, and two ways to do a step, by
/// kernels in the CPU's memory or by libtorch's operations anywhere else.</summary>
internal abstract class FlatOptimizer : IOptimizer
{
    private readonly Dictionary<string, Tensor> _state = [];
    private readonly bool _kernels;

    /// <summary>An optimizer of <paramref name="flat"/>.</summary>
    /// <param name="flat">The parameters.</param>
    /// <param name="rules">Their rules.</param>
    /// <param name="kernels">Whether kernels may be used; a test compares both ways.</param>
    /// <param name="moments">The moments' names.</param>
    protected FlatOptimizer(FlatState flat, ParameterRule[] rules, bool kernels, params ReadOnlySpan<string> moments)
    {
        Flat = flat;
        Rules = rules;
        Blocks = new FlatBlocks(flat.Segments);
        _kernels = kernels && FlatMemory.IsReachable(flat.Values);
        using var scope = NewDisposeScope();
        foreach (string moment in moments)
        {
            _state[moment] = zeros_like(flat.Values).DetachFromDisposeScope();
        }
    }

    /// <inheritdoc/>
    public long Steps { get; set; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State => _state;

    protected FlatState Flat { get; }

    protected ParameterRule[] Rules { get; }

    protected FlatBlocks Blocks { get; }

    /// <inheritdoc/>
    public void Step(double learningRate)
    {
        Steps++;
        using var guard = no_grad();
        if (!_kernels)
        {
            using var scope = NewDisposeScope();
            StepByOperations(learningRate);
        }
        else if (Flat.Values.dtype == ScalarType.Float64)
        {
            StepByKernels<double>(learningRate);
        }
        else
        {
            StepByKernels<float>(learningRate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _state.Values)
        {
            tensor.Dispose();
        }
    }

    /// <summary>A step by kernels.</summary>
    protected abstract void StepByKernels<T>(double learningRate)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>A step by libtorch's operations, a parameter after the other.</summary>
    protected abstract void StepByOperations(double learningRate);

    /// <summary>The part of a flat tensor that is a parameter's.</summary>
    protected static Tensor Part(Tensor flat, in ParameterRule rule) => flat.narrow(0, rule.Segment.Offset, rule.Segment.Count);
}
