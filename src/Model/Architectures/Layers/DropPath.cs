using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>Stochastic depth (Huang et al., arXiv 1603.09382): leaves a block out for some images, and scales it up for the
/// others. Draws come from libtorch's generator, which the trainer seeds at every step.</summary>
internal sealed class DropPath(double rate) : nn.Module<Tensor, Tensor>(nameof(DropPath))
{
    /// <summary>How likely a block is left out.</summary>
    public double Rate => rate;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        if (!training || rate == 0)
        {
            return input;
        }

        double keep = 1 - rate;
        // Drawn in fp32: numbers of bf16 are too coarse for a rate of a per mille.
        Tensor mask = rand(input.shape[0], 1, 1, 1, dtype: ScalarType.Float32, device: input.device).add_(keep).floor_();
        return input * mask.to(input.dtype).div_(keep);
    }

    /// <summary>The rate of block <paramref name="block"/> of <paramref name="blocks"/>: from 0 to the last's.</summary>
    public static double RateOf(double last, int block, int blocks) => blocks > 1 ? last * block / (blocks - 1) : last;
}
