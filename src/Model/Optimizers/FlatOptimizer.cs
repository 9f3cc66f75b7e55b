using System.Numerics;
using StreamTrainer.Model.State;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Optimizers;

/// <summary>What the optimizers have in common: the flat store, the parameters' rules, moments, and two ways to do a step, by
/// kernels in the CPU's memory or by flat operations of libtorch, which on an accelerator never wait for it.</summary>
internal abstract class FlatOptimizer : IOptimizer
{
    private readonly Dictionary<string, Tensor> _state = [];
    private readonly RuleRows? _rows;

    /// <summary>An optimizer of <paramref name="flat"/>.</summary>
    /// <param name="flat">The parameters.</param>
    /// <param name="rules">Their rules.</param>
    /// <param name="kernels">Whether kernels may be used; a test compares both ways.</param>
    /// <param name="moments">The moments' names.</param>
    protected FlatOptimizer(FlatState flat, ParameterRule[] rules, bool kernels, params ReadOnlySpan<string> moments)
    {
        Flat = flat;
        Rules = rules;
        _rows = kernels && FlatMemory.IsReachable(flat.Values) ? null : new RuleRows(flat, rules);
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

    /// <summary>The norm of the gradients of the step under way, where it was known.</summary>
    protected double? KnownNorm { get; private set; }

    /// <inheritdoc/>
    public void Step(double learningRate, double? norm = null)
    {
        Steps++;
        KnownNorm = norm;
        using var guard = no_grad();
        if (_rows is not null)
        {
            using var scope = NewDisposeScope();
            StepByOperations(learningRate, _rows);
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
        _rows?.Dispose();
        foreach (Tensor tensor in _state.Values)
        {
            tensor.Dispose();
        }
    }

    /// <summary>A step by kernels.</summary>
    protected abstract void StepByKernels<T>(double learningRate)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>A step by libtorch's operations over all parameters at once.</summary>
    protected abstract void StepByOperations(double learningRate, RuleRows rows);
}
