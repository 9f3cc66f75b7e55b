using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Operations;

/// <summary>
/// One pass through a network whose stages are computed again in the backward pass. What a stage's backward hands to libtorch stays
/// ours, too, and would be kept to the end of the step: as much memory as all stages' inputs. So it is let go of when the next comes.
/// </summary>
internal sealed class RecomputedPass
{
    private Tensor? _gradient;

    /// <summary>The gradient handed over last. The backward pass's thread only.</summary>
    public Tensor? Gradient
    {
        set
        {
            _gradient?.Dispose();
            _gradient = value;
        }
    }

    /// <summary>Computes a stage; see <see cref="Recomputed"/>.</summary>
    public Tensor Run(IStage stage, Tensor input) => Recomputed.Run(this, stage, input);
}
