using System.Buffers;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.State;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Mixing;

/// <summary>
/// Mixes a group with itself read backwards: its bytes before normalisation, as timm's prefetching loader does, blended bytes rounded half
/// to even; or its normalised floats, as timm does without that loader. In a group of odd size, which timm refuses, the middle image keeps itself. Training thread only.
/// </summary>
/// <param name="classes">How many classes there are.</param>
/// <param name="smoothing">Label smoothing of the targets.</param>
public sealed class Mixer(int classes, double smoothing)
{
    private const int Channels = 3;

    /// <summary>Mixes all images by one plan; on the CPU in place.</summary>
    /// <inheritdoc cref="Apply(Tensor, Tensor, GroupMix)"/>
    public (Tensor Pixels, Tensor Targets) Apply(Tensor pixels, Tensor labels, in MixPlan plan) => Apply(pixels, labels, GroupMix.All(plan));

    /// <summary>Mixes; on the CPU in place.</summary>
    /// <param name="pixels"><c>[n, height, width, 3]</c>, uint8, contiguous.</param>
    /// <param name="labels"><c>[n]</c>, int64.</param>
    /// <param name="plan">How.</param>
    /// <returns>The mixed pixels, on the CPU <paramref name="pixels"/> itself, and shares <c>[n, classes]</c>, fp32.</returns>
    public (Tensor Pixels, Tensor Targets) Apply(Tensor pixels, Tensor labels, GroupMix plan)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(plan);
        using var guard = no_grad();
        Tensor own = SoftTargets.OneHot(labels, classes, smoothing);
        if (!plan.Any)
        {
            return (pixels, own);
        }

        Tensor mixed = pixels;
        if (pixels.device_type == DeviceType.CPU)
        {
            InPlace(pixels, plan);
        }
        else
        {
            mixed = MixOperations.Mixed(pixels, plan, MixOperations.ChannelsLast);
        }

        return (mixed, Shares(own, plan));
    }

    /// <summary>Mixes normalised images. Any device.</summary>
    /// <param name="images"><c>[n, 3, height, width]</c>, fp32; left as they are.</param>
    /// <param name="labels"><c>[n]</c>, int64.</param>
    /// <param name="plan">How.</param>
    /// <returns>The mixed images and shares <c>[n, classes]</c>, fp32.</returns>
    public (Tensor Images, Tensor Targets) ApplyFloats(Tensor images, Tensor labels, GroupMix plan)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(plan);
        using var guard = no_grad();
        Tensor own = SoftTargets.OneHot(labels, classes, smoothing);
        return plan.Any ? (MixOperations.Mixed(images, plan, MixOperations.ChannelsFirst), Shares(own, plan)) : (images, own);
    }

    private static Tensor Shares(Tensor own, GroupMix plan)
    {
        if (plan.Same)
        {
            MixPlan all = plan[0];
            return own.mul(Scalars.Of((float)all.Lambda)).add_(own.flip(0).mul_(Scalars.Of((float)(1.0 - all.Lambda))), alpha: Scalars.One);
        }

        long count = own.shape[0];
        Tensor Column(Func<MixPlan, double> value) => tensor([.. Enumerable.Range(0, (int)count).Select(i => (float)value(plan[i]))], device: own.device).view(count, 1);
        return own.mul(Column(image => image.Lambda)).add_(own.flip(0).mul_(Column(image => 1.0 - image.Lambda)), alpha: Scalars.One);
    }

    /// <summary>Images i and n - 1 - i are each other's partners: a pair is read and written once, by one thread.</summary>
    private static unsafe void InPlace(Tensor pixels, GroupMix plan)
    {
        if (pixels.shape is not [var count, var height, var width, Channels] || pixels.dtype != ScalarType.Byte || !pixels.is_contiguous())
        {
            throw new ArgumentException("pixels must be contiguous bytes [n, height, width, 3]", nameof(pixels));
        }

        byte* start = FlatMemory.Pointer<byte>(pixels);
        int size = checked((int)(height * width * Channels)), stride = (int)width * Channels;
        Parallel.For(0L, (count + 1) / 2, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() }, i =>
        {
            long j = count - 1 - i;
            var one = new Span<byte>(start + i * size, size);
            var other = new Span<byte>(start + j * size, size);
            (MixPlan first, MixPlan second) = (plan[(int)i], plan[(int)j]);
            if (first == second)
            {
                MixPair(one, other, first, stride);
                return;
            }

            byte[] kept = ArrayPool<byte>.Shared.Rent(size);
            one.CopyTo(kept);
            MixOne(one, other, first, stride);
            MixOne(other, kept.AsSpan(0, size), second, stride);
            ArrayPool<byte>.Shared.Return(kept);
        });
    }

    private static void MixPair(Span<byte> one, Span<byte> other, in MixPlan plan, int stride)
    {
        if (plan.Lambda >= 1.0)
        {
            return;
        }

        if (!plan.Cutmix)
        {
            MixKernels.Blend(one, other, (float)plan.Lambda, (float)(1.0 - plan.Lambda));
            return;
        }

        (int left, int length) = (plan.Left * Channels, (plan.Right - plan.Left) * Channels);
        for (int y = plan.Top; y < plan.Bottom; y++)
        {
            MixKernels.Swap(one.Slice(y * stride + left, length), other.Slice(y * stride + left, length));
        }
    }

    private static void MixOne(Span<byte> image, ReadOnlySpan<byte> partner, in MixPlan plan, int stride)
    {
        if (plan.Lambda >= 1.0)
        {
            return;
        }

        if (!plan.Cutmix)
        {
            MixKernels.BlendInto(image, partner, (float)plan.Lambda, (float)(1.0 - plan.Lambda));
            return;
        }

        (int left, int length) = (plan.Left * Channels, (plan.Right - plan.Left) * Channels);
        for (int y = plan.Top; y < plan.Bottom; y++)
        {
            partner.Slice(y * stride + left, length).CopyTo(image.Slice(y * stride + left, length));
        }
    }
}
