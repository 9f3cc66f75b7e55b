using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>Batch normalisation over images that lie on several ranks: the function, and its gradients, of all of them in one place. Ranks
/// have equally many.</summary>
internal static class SharedBatchNorm
{
    private const int Channels = 1;
    private static readonly long[] s_others = [0, 2, 3];

    /// <summary>The normalised images, [N, C, H, W], of the input's type.</summary>
    /// <param name="input">This rank's images, [N, C, H, W]; computed with in fp32, fp64 in fp64.</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="sums">The ranks.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="statistics">Told of the mean and the unbiased variance over all images, [C], fp64, without gradient.</param>
    public static Tensor Apply(Tensor input, Tensor weight, Tensor bias, ISharedSums sums, double eps, Action<Tensor, Tensor> statistics)
    {
        ScalarType type = input.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Tensor x = input.to(type);
        long channels = x.shape[Channels];
        double count = (double)x.numel() / channels * sums.Parts;

        // Each rank's mean, and its mean square as that of the distances from the mean: in fp64 nothing cancels any more.
        Tensor mean = x.mean(s_others, keepdim: true);
        Tensor spread = (x - mean).square().mean(s_others).to(ScalarType.Float64);
        Tensor own = mean.flatten().to(ScalarType.Float64);
        Tensor whole = SumOverRanks.apply(cat([own, spread.add(own.square(), alpha: Scalars.One)]), sums).div(Scalars.Of(sums.Parts));
        Tensor center = whole.narrow(0, 0, channels);
        Tensor variance = (whole.narrow(0, channels, channels) - center.square()).clamp_min(Scalars.Zero);
        using (no_grad())
        {
            statistics(center.detach(), variance.detach().mul(Scalars.Of(count > 1 ? count / (count - 1) : 1)));
        }

        Tensor factor = variance.add(Scalars.Of(eps), Scalars.One).rsqrt().to(type) * weight;
        return ((x - Wide(center.to(type))) * Wide(factor)).add(Wide(bias), alpha: Scalars.One).to(input.dtype);
    }

    private static Tensor Wide(Tensor ofChannels) => ofChannels.view(1, -1, 1, 1);

    /// <summary>Numbers of all ranks, summed up. The sum is in the loss of each rank, so a number's gradient is the sum of theirs.</summary>
    private sealed class SumOverRanks : autograd.SingleTensorFunction<SumOverRanks>
    {
        private const string Ranks = "ranks";

        public override string Name => nameof(SumOverRanks);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var sums = (ISharedSums)vars[1];
            ctx.save_data(Ranks, sums);
            return Sum((Tensor)vars[0], sums);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            [Sum(grad_output, (ISharedSums)ctx.get_data(Ranks)), null!];

        private static Tensor Sum(Tensor values, ISharedSums sums)
        {
            Tensor own = values.contiguous().clone();
            sums.Sum(own);
            return own;
        }
    }
}
