using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>Stochastic depth (Huang et al., arXiv 1603.09382): leaves a block out for some images, and scales it up for the
/// others. Overwrites its input, which no layer before it needs for its gradient. Draws come from libtorch's generator, which
/// the trainer seeds at every step.</summary>
internal sealed class DropPath(double rate) : nn.Module<Tensor, Tensor>(nameof(DropPath)), IFreezable
{
    /// <summary>Where this thread's pass is a part of one over several ranks: all of its images are drawn for, and the part's are taken.</summary>
    [ThreadStatic]
    internal static PassPart? Part;

    /// <summary>How likely a block is left out.</summary>
    public double Rate => rate;

    /// <inheritdoc/>
    public bool Frozen { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (!training || Frozen || rate == 0)
        {
            return input;
        }

        double keep = 1 - rate;
        // Drawn and divided in fp32: numbers of bf16 are too coarse for a rate of a per mille.
        long[] shape = new long[input.Dimensions];
        Array.Fill(shape, 1);
        shape[0] = Part?.Images ?? input.shape[0];
        Tensor all = rand(shape, dtype: ScalarType.Float32, device: input.device);
        Tensor mask = (Part is { } part ? all.index_select(0, part.Rows) : all).add_(Scalars.Of(keep), Scalars.One).floor_();
        return input.mul_(mask.div_(Scalars.Of(keep)).to(input.dtype));
    }

    /// <summary>The rate of block <paramref name="block"/> of <paramref name="blocks"/>: from 0 to the last's.</summary>
    public static double RateOf(double last, int block, int blocks) => blocks > 1 ? last * block / (blocks - 1) : last;
}

/// <summary>Images of a pass that are one rank's.</summary>
/// <param name="Images">How many the pass has over all its ranks.</param>
/// <param name="Rows">The numbers of the rank's among them, [rows], on its device.</param>
internal sealed record PassPart(long Images, Tensor Rows);
