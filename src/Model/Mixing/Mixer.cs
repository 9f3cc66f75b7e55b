using StreamTrainer.Model.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Mixing;

/// <summary>
/// Mixes a batch of bytes with itself read backwards, before normalisation, as timm's prefetching loader does: blended bytes are
/// rounded half to even. Training thread only.
/// </summary>
/// <param name="classes">How many classes there are.</param>
/// <param name="smoothing">Label smoothing of the targets.</param>
public sealed class Mixer(int classes, double smoothing)
{
    /// <summary>Mixes; on the CPU in place.</summary>
    /// <param name="pixels"><c>[n, height, width, 3]</c>, uint8, contiguous.</param>
    /// <param name="labels"><c>[n]</c>, int64.</param>
    /// <param name="plan">How.</param>
    /// <returns>The mixed pixels, and shares <c>[n, classes]</c>, fp32.</returns>
    public (Tensor Pixels, Tensor Targets) Apply(Tensor pixels, Tensor labels, in MixPlan plan)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        using var guard = no_grad();
        Tensor mixed = plan.Lambda >= 1.0 ? pixels
            : pixels.device_type == DeviceType.CPU ? InPlace(pixels, plan)
            : ByOperations(pixels, plan);
        Tensor own = SoftTargets.OneHot(labels, classes, smoothing);
        Tensor targets = plan.Lambda >= 1.0 ? own : own.mul((float)plan.Lambda).add_(own.flip(0).mul_((float)(1.0 - plan.Lambda)));
        return (mixed, targets);
    }

    /// <summary>The same by libtorch's operations, on any device.</summary>
    internal static Tensor ByOperations(Tensor pixels, in MixPlan plan)
    {
        Tensor other = pixels.flip(0);
        if (plan.Cutmix)
        {
            Tensor result = pixels.clone();
            result[.., plan.Top..plan.Bottom, plan.Left..plan.Right] = other[.., plan.Top..plan.Bottom, plan.Left..plan.Right];
            return result;
        }

        return pixels.to(ScalarType.Float32).mul_((float)plan.Lambda)
            .add_(other.to(ScalarType.Float32).mul_((float)(1.0 - plan.Lambda))).round_().to(ScalarType.Byte);
    }

    private static Tensor InPlace(Tensor pixels, in MixPlan plan)
    {
        long count = pixels.shape[0];
        int height = (int)pixels.shape[1], width = (int)pixels.shape[2];
        for (long i = 0; i < (count + 1) / 2; i++)
        {
            Span<byte> one = Image(i), other = Image(count - 1 - i);
            if (plan.Cutmix)
            {
                for (int y = plan.Top; y < plan.Bottom; y++)
                {
                    int at = 3 * (y * width + plan.Left), length = 3 * (plan.Right - plan.Left);
                    MixKernels.Swap(one.Slice(at, length), other.Slice(at, length));
                }
            }
            else
            {
                MixKernels.Blend(one, other, (float)plan.Lambda, (float)(1.0 - plan.Lambda));
            }
        }

        return pixels;

        Span<byte> Image(long index)
        {
            using Tensor image = pixels.narrow(0, index, 1);
            return image.bytes[..(3 * height * width)];
        }
    }
}
