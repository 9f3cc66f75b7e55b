using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.State;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Mixing;

/// <summary>
/// Mixes a batch of bytes with itself read backwards, before normalisation, as timm's prefetching loader does: blended bytes are
/// rounded half to even. In a batch of odd size, which timm refuses, the middle image keeps itself. Training thread only.
/// </summary>
/// <param name="classes">How many classes there are.</param>
/// <param name="smoothing">Label smoothing of the targets.</param>
public sealed class Mixer(int classes, double smoothing)
{
    private const int Channels = 3;

    /// <summary>Mixes; on the CPU in place.</summary>
    /// <param name="pixels"><c>[n, height, width, 3]</c>, uint8, contiguous.</param>
    /// <param name="labels"><c>[n]</c>, int64.</param>
    /// <param name="plan">How.</param>
    /// <returns>The mixed pixels, on the CPU <paramref name="pixels"/> itself, and shares <c>[n, classes]</c>, fp32.</returns>
    public (Tensor Pixels, Tensor Targets) Apply(Tensor pixels, Tensor labels, in MixPlan plan)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        using var guard = no_grad();
        Tensor mixed = pixels;
        if (plan.Lambda < 1.0)
        {
            if (pixels.device_type == DeviceType.CPU)
            {
                InPlace(pixels, plan);
            }
            else
            {
                mixed = ByOperations(pixels, plan);
            }
        }

        Tensor own = SoftTargets.OneHot(labels, classes, smoothing);
        Tensor targets = plan.Lambda >= 1.0 ? own : own.mul(Scalars.Of((float)plan.Lambda)).add_(own.flip(0).mul_(Scalars.Of((float)(1.0 - plan.Lambda))), alpha: Scalars.One);
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

        return pixels.to(ScalarType.Float32).mul_(Scalars.Of((float)plan.Lambda))
            .add_(other.to(ScalarType.Float32).mul_(Scalars.Of((float)(1.0 - plan.Lambda))), alpha: Scalars.One).round_().to(ScalarType.Byte);
    }

    /// <summary>Images i and n - 1 - i are each other's partners: a pair is read and written once, by one thread.</summary>
    private static unsafe void InPlace(Tensor pixels, MixPlan plan)
    {
        if (pixels.shape is not [var count, var height, var width, Channels] || pixels.dtype != ScalarType.Byte || !pixels.is_contiguous())
        {
            throw new ArgumentException("pixels must be contiguous bytes [n, height, width, 3]", nameof(pixels));
        }

        byte* start = FlatMemory.Pointer<byte>(pixels);
        int size = checked((int)(height * width * Channels)), stride = (int)width * Channels;
        int left = plan.Left * Channels, length = (plan.Right - plan.Left) * Channels;
        float keep = (float)plan.Lambda, give = (float)(1.0 - plan.Lambda);
        Parallel.For(0L, (count + 1) / 2, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() }, i =>
        {
            var one = new Span<byte>(start + i * size, size);
            var other = new Span<byte>(start + (count - 1 - i) * size, size);
            if (!plan.Cutmix)
            {
                MixKernels.Blend(one, other, keep, give);
                return;
            }

            for (int y = plan.Top; y < plan.Bottom; y++)
            {
                MixKernels.Swap(one.Slice(y * stride + left, length), other.Slice(y * stride + left, length));
            }
        });
    }
}
