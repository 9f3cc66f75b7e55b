using System.Buffers;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.State;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Mixing;

/// <summary>
/// Mixes a group of bytes with itself read backwards, before normalisation, as timm's prefetching loader does: blended bytes are
/// rounded half to even. In a group of odd size, which timm refuses, the middle image keeps itself. Training thread only.
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
            mixed = ByOperations(pixels, plan);
        }

        return (mixed, Shares(own, plan));
    }

    /// <summary>The same by libtorch's operations, on any device.</summary>
    internal static Tensor ByOperations(Tensor pixels, in MixPlan plan) => ByOperations(pixels, GroupMix.All(plan));

    /// <summary>The same by libtorch's operations, on any device.</summary>
    internal static Tensor ByOperations(Tensor pixels, GroupMix plan)
    {
        Tensor other = pixels.flip(0);
        if (!plan.Same)
        {
            return ByImage(pixels, other, plan);
        }

        MixPlan all = plan[0];
        if (all.Cutmix)
        {
            Tensor result = pixels.clone();
            result[.., all.Top..all.Bottom, all.Left..all.Right] = other[.., all.Top..all.Bottom, all.Left..all.Right];
            return result;
        }

        return Blended(pixels, other, Scalars.Of((float)all.Lambda), Scalars.Of((float)(1.0 - all.Lambda)));
    }

    private static Tensor Blended(Tensor pixels, Tensor other, Scalar keep, Scalar give) =>
        pixels.to(ScalarType.Float32).mul_(keep).add_(other.to(ScalarType.Float32).mul_(give), alpha: Scalars.One).round_().to(ScalarType.Byte);

    /// <summary>Every image by its own plan, in as few operations as for one: where boxes are, by a mask; what keeps all of itself or has a
    /// box is blended with nothing.</summary>
    private static Tensor ByImage(Tensor pixels, Tensor other, GroupMix plan)
    {
        (long count, long height, long width) = (pixels.shape[0], pixels.shape[1], pixels.shape[2]);
        var numbers = new float[6][];
        for (int k = 0; k < numbers.Length; k++)
        {
            numbers[k] = new float[count];
        }

        for (int i = 0; i < count; i++)
        {
            MixPlan image = plan[i];
            bool blends = !image.Cutmix;
            (numbers[0][i], numbers[1][i]) = (blends ? (float)image.Lambda : 1, blends ? (float)(1.0 - image.Lambda) : 0);
            (numbers[2][i], numbers[3][i], numbers[4][i], numbers[5][i]) = (image.Top, image.Bottom, image.Left, image.Right);
        }

        Tensor all = tensor([.. numbers.SelectMany(each => each)], device: pixels.device).view(numbers.Length, count, 1, 1, 1);
        Tensor blended = pixels.to(ScalarType.Float32).mul_(all[0]).add_(other.to(ScalarType.Float32).mul_(all[1]), alpha: Scalars.One).round_().to(ScalarType.Byte);
        Tensor y = arange(height, ScalarType.Float32, pixels.device).view(1, height, 1, 1), x = arange(width, ScalarType.Float32, pixels.device).view(1, 1, width, 1);
        Tensor box = y.ge(all[2]).logical_and(y.lt(all[3])).logical_and(x.ge(all[4]).logical_and(x.lt(all[5])));
        return where(box, other, blended);
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
