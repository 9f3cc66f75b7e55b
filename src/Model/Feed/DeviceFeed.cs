using System.Diagnostics;
using StreamTrainer.Pipeline.Batching;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Feed;

/// <summary>
/// Takes a batch of bytes to the device and makes floats of it there. The arithmetic is timm's prefetch loader's:
/// (v - float32(255 mean)) / float32(255 std).
/// </summary>
/// <remarks>Made on the training thread, used by it alone.</remarks>
public sealed class DeviceFeed : IDisposable
{
    private readonly Device _device;
    private readonly Tensor _mean;
    private readonly Tensor _std;
    private long _copyTicks;

    /// <summary>A feed for a device.</summary>
    /// <param name="device">Where batches go.</param>
    /// <param name="mean">Mean of the channels, for pixels in 0..1.</param>
    /// <param name="std">Standard deviation of the channels, likewise.</param>
    public DeviceFeed(Device device, IReadOnlyList<double> mean, IReadOnlyList<double> std)
    {
        _device = device;
        using var scope = NewDisposeScope();
        _mean = Scaled(mean).DetachFromDisposeScope();
        _std = Scaled(std).DetachFromDisposeScope();
        Tensor Scaled(IReadOnlyList<double> values) => tensor([.. values.Select(value => (float)(255 * value))], device: device);
    }

    /// <summary>The batch's pixels on the device, <c>[count, height, width, 3]</c>, uint8. On the CPU they lie in the batch's
    /// own slot, so they are valid, and may be written, until the batch is given back.</summary>
    public Tensor Pixels(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        long height = batch.ImageSize.Height, width = batch.ImageSize.Width;
        Tensor slot = ((TensorBatchBuffer)batch.Buffer).Tensor;
        Tensor pixels = slot.narrow(0, 0, batch.Count * height * width * 3).view(batch.Count, height, width, 3);
        if (_device.type == DeviceType.CPU)
        {
            return pixels;
        }

        long start = Stopwatch.GetTimestamp();
        Tensor copy = pixels.to(_device);
        _copyTicks += Stopwatch.GetTimestamp() - start;
        return copy;
    }

    /// <summary>Ticks that copies to the device took since the last call.</summary>
    public long TakeCopyTicks()
    {
        long ticks = _copyTicks;
        _copyTicks = 0;
        return ticks;
    }

    /// <summary>The batch's classes on the device, <c>[count]</c>, int64.</summary>
    public Tensor Labels(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return tensor(batch.Labels.AsSpan(0, batch.Count).ToArray(), device: _device);
    }

    /// <summary>Floats of pixels: <c>[count, 3, height, width]</c>, channels-last in memory. A new tensor.</summary>
    public Tensor Normalise(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        return pixels.to(ScalarType.Float32).sub_(_mean).div_(_std).permute(0, 3, 1, 2);
    }

    /// <summary>Does what was drawn for normalised images, in place: lighting is added, then rectangles are erased, as in timm after
    /// mixing. What fills them depends on each sample's key alone, so a resumed run fills the same.</summary>
    /// <param name="images"><c>[n, 3, height, width]</c>, fp32: samples of the batch in order.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="first">The row of the batch that the first image is.</param>
    public void Adjust(Tensor images, Batch batch, int first = 0)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Adjust(images, batch.Adjustments, first);
    }

    /// <summary>The same for what was drawn by itself.</summary>
    /// <param name="images"><c>[n, 3, height, width]</c>, fp32.</param>
    /// <param name="adjustments">What was drawn.</param>
    /// <param name="first">The row of it that the first image is.</param>
    public void Adjust(Tensor images, SampleAdjustments adjustments, int first = 0)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(adjustments);
        int count = (int)images.shape[0];
        if (adjustments.HasLighting)
        {
            var shifts = new float[3 * count];
            for (int i = 0; i < count; i++)
            {
                adjustments.LightingOf(first + i).CopyTo(shifts.AsSpan(3 * i));
            }

            using var scope = NewDisposeScope();
            images.add_(tensor(shifts, [count, 3, 1, 1], device: _device).mul_(255f).div_(_std.view(1, 3, 1, 1)));
        }

        if (adjustments.HasErasing)
        {
            ErasedFill.Apply(images, adjustments, first);
        }
    }

    /// <summary>The bytes that floats stand for: <see cref="Normalise"/> read backwards, cut to 0 to 255.</summary>
    /// <param name="images"><c>[n, 3, height, width]</c>, fp32.</param>
    /// <returns><c>[n, height, width, 3]</c>, uint8.</returns>
    public Tensor Bytes(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return images.permute(0, 2, 3, 1).mul(_std).add_(_mean).round_().clamp_(0, 255).to(ScalarType.Byte).contiguous();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _mean.Dispose();
        _std.Dispose();
    }
}
