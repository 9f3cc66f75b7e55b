using static TorchSharp.torch;

namespace StreamTrainer.Model.Optimizers;

/// <summary>Changes the parameters of a flat state by its gradients, in one pass over flat memory. Training thread only.</summary>
public interface IOptimizer : IDisposable
{
    /// <summary>Updates done.</summary>
    long Steps { get; set; }

    /// <summary>The moments by name, each flat like the parameters; for checkpoints, which may write into them.</summary>
    IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>One update. Gradients may be changed by it.</summary>
    /// <param name="learningRate">The rate.</param>
    /// <param name="norm">The 2-norm of all gradients as they are now, where it is known: LAMB needs it.</param>
    void Step(double learningRate, double? norm = null);
}
