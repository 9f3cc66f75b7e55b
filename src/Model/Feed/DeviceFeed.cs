using StreamTrainer.Model.Runtime;
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
    private readonly ICopyEngine? _engine;

    // One is computed with while the other is filled.
    private readonly Tensor?[] _buffers = new Tensor?[2];
    private int _next;
    private Batch? _staged;
    private long _copyTicks;

    /// <summary>A feed for a device.</summary>
    /// <param name="device">Where batches go.</param>
    /// <param name="mean">Mean of the channels, for pixels in 0..1.</param>
    /// <param name="std">Standard deviation of the channels, likewise.</param>
    public DeviceFeed(Device device, IReadOnlyList<double> mean, IReadOnlyList<double> std)
        : this(device, mean, std, device.type == DeviceType.CUDA ? CudaCopyEngine.Of(device) : null)
    {
    }

    /// <summary>A feed with an engine of its own for copies, which it disposes of.</summary>
    /// <inheritdoc cref="DeviceFeed(Device, IReadOnlyList{double}, IReadOnlyList{double})"/>
    public DeviceFeed(Device device, IReadOnlyList<double> mean, IReadOnlyList<double> std, ICopyEngine? engine)
    {
        _device = device;
        _engine = engine;
        using var scope = NewDisposeScope();
        _mean = Scaled(mean).DetachFromDisposeScope();
        _std = Scaled(std).DetachFromDisposeScope();
        Tensor Scaled(IReadOnlyList<double> values) => tensor([.. values.Select(value => (float)(255 * value))], device: device);
    }

    /// <summary>The batch's pixels on the device, <c>[count, height, width, 3]</c>, uint8. On the CPU they lie in the batch's
    /// own slot, so they are valid, and may be written, until the batch is given back; elsewhere until the next but one is asked for.
    /// The batch may be given back once they have been asked for.</summary>
    public Tensor Pixels(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Tensor pixels = ((TensorBatchBuffer)batch.Buffer).Tensor;
        if (_engine is null && _device.type == DeviceType.CPU)
        {
            return Shaped(pixels, batch);
        }

        long start = Stopwatch.GetTimestamp();
        if (_engine is null)
        {
            pixels = Shaped(pixels, batch).to(_device);
        }
        else
        {
            if (_staged != batch)
            {
                Stage(batch);
            }

            _engine.Wait();
            _staged = null;
            pixels = Shaped(_buffers[1 - _next]!, batch);
        }

        _copyTicks += Stopwatch.GetTimestamp() - start;
        return pixels;
    }

    /// <summary>Whether batches can go to the device while it computes.</summary>
    public bool CanStage => _engine is not null;

    /// <summary>Whether a device with an engine for copies still computes.</summary>
    public bool Computing => _engine?.Computing == true;

    /// <summary>Begins to copy a batch's pixels to the device; <see cref="Pixels"/>, which is next asked for this batch's, waits for
    /// the rest. The batch that was copied before may be computed with meanwhile, the one before that no more.</summary>
    public void Stage(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (_engine is null || _staged is not null)
        {
            throw new InvalidOperationException("one batch is copied at a time, to a device with an engine for it");
        }

        Tensor slot = ((TensorBatchBuffer)batch.Buffer).Tensor;
        ref Tensor? buffer = ref _buffers[_next];
        if (buffer is null || buffer.NumberOfElements < slot.NumberOfElements)
        {
            buffer?.Dispose();
            buffer = empty(slot.NumberOfElements, ScalarType.Byte, _device).DetachFromDisposeScope();
            if (_device.type == DeviceType.CUDA)
            {
                // The memory may be another tensor's that kernels still work on: they would be before us on their stream, not on the copies'.
                cuda.synchronize(_device);
            }
        }

        using Tensor filled = slot.narrow(0, 0, BytesOf(batch));
        _engine.Begin(filled, buffer);
        _staged = batch;
        _next = 1 - _next;
    }

    /// <summary>Waits for a copy that was begun and is of no use any more: its batch may be given back.</summary>
    public void Drop()
    {
        if (_staged is not null)
        {
            _engine!.Wait();
            _staged = null;
        }
    }

    private static long BytesOf(Batch batch) => (long)batch.Count * batch.ImageSize.Height * batch.ImageSize.Width * 3;

    private static Tensor Shaped(Tensor slot, Batch batch) =>
        slot.narrow(0, 0, BytesOf(batch)).view(batch.Count, batch.ImageSize.Height, batch.ImageSize.Width, 3);

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
            images.add_(tensor(shifts, [count, 3, 1, 1], device: _device).mul_(Scalars.Of(255)).div_(_std.view(1, 3, 1, 1)), alpha: Scalars.One);
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
        return images.permute(0, 2, 3, 1).mul(_std).add_(_mean, alpha: Scalars.One).round_().clamp_(Scalars.Zero, Scalars.Of(255)).to(ScalarType.Byte).contiguous();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Waits for a copy that is under way.
        _engine?.Dispose();
        Array.ForEach(_buffers, buffer => buffer?.Dispose());
        _mean.Dispose();
        _std.Dispose();
    }
}
