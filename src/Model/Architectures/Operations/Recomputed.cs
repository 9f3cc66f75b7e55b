using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Precision;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Operations;

/// <summary>
/// A stage whose inner values are not kept for the backward pass but computed again there (Chen et al., arXiv 1604.06174): memory
/// for its input alone, at the price of a second forward pass. Draws are the same both times, in the same arithmetic, and the running
/// statistics of norms move only once.
/// </summary>
internal sealed class Recomputed : autograd.SingleTensorFunction<Recomputed>
{
    private const string StageKey = "stage";

    /// <inheritdoc/>
    public override string Name => nameof(Recomputed);

    /// <summary>Computes a stage.</summary>
    /// <param name="pass">The pass through the network that the stage is part of.</param>
    /// <param name="stage">The stage; it must leave its input as it is.</param>
    /// <param name="input">Its input; where nothing wants its gradient the stage is computed as ever.</param>
    public static Tensor Run(RecomputedPass pass, IStage stage, Tensor input)
    {
        if (!input.requires_grad)
        {
            return stage.Apply(TensorOperations.Instance, input);
        }

        // Drawn from the generator that the trainer seeds at every step.
        using Tensor seed = randint(long.MaxValue, [1], ScalarType.Int64);
        Tensor kept = input.detach().DetachFromDisposeScope();
        return apply(new Work(pass, stage, kept, seed.item<long>(), NarrowTypeOf(input.device_type)), input);
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var work = (Work)vars[0];
        // Not saved by the context: that lives until the garbage collector comes, and with it the memory of many steps.
        ctx.save_data(StageKey, work);
        using var guard = no_grad();
        work.Seed();
        return work.Stage.Apply(TensorOperations.Instance, work.Input);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var work = (Work)ctx.get_data(StageKey);
        // The later stage's gradient has arrived; only libtorch needs it now.
        work.Pass.Gradient = null;
        using var scope = NewDisposeScope();
        using var guard = enable_grad();
        Tensor input = work.Input.requires_grad_(true), output;
        work.Seed();
        BatchNorm.StatisticsStay = true;
        try
        {
            // On a GPU this is a thread of libtorch's own, which knows nothing of what the other one computes in.
            using Autocast? autocast = work.Narrow is { } type ? new Autocast(input.device_type, type) : null;
            output = work.Stage.Apply(TensorOperations.Instance, input);
        }
        finally
        {
            BatchNorm.StatisticsStay = false;
        }

        output.backward([grad_output.to(output.dtype)]);
        Tensor gradient = input.grad!.MoveToOuterDisposeScope();
        input.Dispose();
        // A handle of ours, too.
        grad_output.Dispose();
        work.Pass.Gradient = gradient;
        return [null!, gradient];
    }

    private static ScalarType? NarrowTypeOf(DeviceType device) =>
        NativeAutocast.IsAvailable && NativeAutocast.IsEnabled((sbyte)device) ? (ScalarType)NativeAutocast.GetType((sbyte)device) : null;

    /// <summary>What is to be computed twice. The input is given back by the backward pass.</summary>
    private sealed record Work(RecomputedPass Pass, IStage Stage, Tensor Input, long First, ScalarType? Narrow)
    {
        public void Seed()
        {
            using Generator generator = random.manual_seed(First);
            if (Input.device_type == DeviceType.CUDA)
            {
                cuda.manual_seed_all(First);
            }
        }
    }
}
