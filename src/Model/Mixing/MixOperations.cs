using StreamTrainer.Model.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Mixing;

/// <summary>Mixing by libtorch's operations, of bytes and of floats, on any device. Thread of the caller.</summary>
internal static class MixOperations
{
    /// <summary>Rows are the dimension of this number, columns the next one: <c>[n, height, width, 3]</c>.</summary>
    public const int ChannelsLast = 1;

    /// <summary>The same of <c>[n, 3, height, width]</c>.</summary>
    public const int ChannelsFirst = 2;

    /// <summary>The images mixed with the same read backwards; a new tensor.</summary>
    /// <param name="images">uint8, whose blends are rounded half to even, or fp32.</param>
    /// <param name="plan">How.</param>
    /// <param name="rows">The dimension of rows.</param>
    public static Tensor Mixed(Tensor images, GroupMix plan, int rows)
    {
        Tensor other = images.flip(0);
        if (!plan.Same)
        {
            return ByImage(images, other, plan, rows);
        }

        MixPlan all = plan[0];
        if (!all.Cutmix)
        {
            using Scalar keep = ((float)all.Lambda).ToScalar(), give = ((float)(1.0 - all.Lambda)).ToScalar();
            return Like(images, Floats(images).mul(keep).add_(Floats(other).mul(give), alpha: Scalars.One));
        }

        Tensor result = images.clone();
        Tensor Box(Tensor whole) => whole.narrow(rows, all.Top, all.Bottom - all.Top).narrow(rows + 1, all.Left, all.Right - all.Left);
        Box(result).copy_(Box(other));
        return result;
    }

    /// <summary>Every image by its own plan, in as few operations as for one: where boxes are, by a mask; what keeps all of itself or has a
    /// box is blended with nothing.</summary>
    private static Tensor ByImage(Tensor images, Tensor other, GroupMix plan, int rows)
    {
        const int Numbers = 6;
        int count = (int)images.shape[0];
        var numbers = new float[Numbers * count];
        for (int i = 0; i < count; i++)
        {
            MixPlan image = plan[i];
            (double keep, double give) = image.Cutmix ? (1.0, 0.0) : (image.Lambda, 1.0 - image.Lambda);
            float[] own = [(float)keep, (float)give, image.Top, image.Bottom, image.Left, image.Right];
            for (int k = 0; k < Numbers; k++)
            {
                numbers[k * count + i] = own[k];
            }
        }

        Tensor all = tensor(numbers, device: images.device).view(Numbers, count, 1, 1, 1);
        Tensor blended = Like(images, Floats(images).mul(all[0]).add_(Floats(other).mul(all[1]), alpha: Scalars.One));
        Tensor y = Places(images, rows), x = Places(images, rows + 1);
        Tensor box = y.ge(all[2]).logical_and(y.lt(all[3])).logical_and(x.ge(all[4]).logical_and(x.lt(all[5])));
        return where(box, other, blended);
    }

    /// <summary>0, 1, 2 ... along a dimension.</summary>
    private static Tensor Places(Tensor images, int dimension)
    {
        long[] shape = [1, 1, 1, 1];
        shape[dimension] = images.shape[dimension];
        return arange(Scalars.Of(shape[dimension]), ScalarType.Float32, images.device).view(shape);
    }

    private static Tensor Floats(Tensor images) => images.to(ScalarType.Float32);

    private static Tensor Like(Tensor images, Tensor blended) => images.dtype == ScalarType.Byte ? blended.round_().to(ScalarType.Byte) : blended;
}
