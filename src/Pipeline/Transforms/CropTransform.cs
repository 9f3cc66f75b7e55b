using System.Diagnostics;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>What is done to one image.</summary>
/// <param name="Box">The part of the image that is used.</param>
/// <param name="Target">The size that it is resized to.</param>
/// <param name="Window">The part of that which is wanted.</param>
/// <param name="Filter">The resize's filter.</param>
/// <param name="Flip">Whether it is mirrored, left to right.</param>
/// <param name="Shift">Columns and rows that the window is moved by, over a reflected border; none: it stays.</param>
/// <param name="Border">What lies around a window that is smaller than the output; none: the window fills it.</param>
public readonly record struct CropPlan(
    CropBox Box, ImageSize Target, CropBox Window, Interpolation Filter, bool Flip = false, (int Right, int Down)? Shift = null, CropBorder? Border = null);

/// <summary>
/// Decodes as much as a crop needs, crops, resizes, flips, straight into the sample's place in the batch. What is done to an
/// image is planned by its size and its place. One worker's.
/// </summary>
public abstract unsafe class CropTransform : IImageTransform
{
    private readonly SampleDecoder _decoder;
    private readonly Resampler _resampler = new();
    private readonly PixelMemory _whole = new();
    private ImageSize _image;
    private CropPlan _plan;

    /// <summary>A transform for one worker.</summary>
    /// <param name="side">Side of the square that comes out.</param>
    /// <param name="exifOrientation">Whether images are turned as their EXIF orientation says.</param>
    /// <param name="decoder">Which decoder image files get.</param>
    protected CropTransform(int side, bool exifOrientation, DecoderKind decoder)
    {
        _decoder = new SampleDecoder(exifOrientation, decoder);
        OutputSize = new ImageSize(side, side);
    }

    /// <inheritdoc/>
    public ImageSize OutputSize { get; private protected set; }

    /// <inheritdoc/>
    public void Apply(EncodedSample sample, in SamplePlace place, Span<byte> destination, ref TransformTiming timing)
    {
        Begin(place);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, 3 * OutputSize.Width * OutputSize.Height);
        long start = Stopwatch.GetTimestamp();
        try
        {
            _image = _decoder.Open(sample);
            CropPlan plan = _plan = Plan(_image, place);
            CropBox needed = _resampler.Prepare(new ImageSize(plan.Box.Width, plan.Box.Height), plan.Target, plan.Window, plan.Filter);
            _decoder.Start(needed with { Left = plan.Box.Left + needed.Left, Top = plan.Box.Top + needed.Top });
            long started = Stopwatch.GetTimestamp(), decoding = started - start;
            fixed (byte* output = destination)
            {
                byte* resized = plan.Shift is null ? output : _whole.Reserve(destination.Length);
                if (plan.Border is { } border)
                {
                    border.Fill(output, OutputSize);
                    resized = output + 3L * (border.Top * OutputSize.Width + border.Left);
                }

                _resampler.Begin(plan.Flip && plan.Shift is null, resized, 3 * (plan.Border is null ? plan.Window.Width : OutputSize.Width));
                long transforming = Stopwatch.GetTimestamp() - started;
                for (int row = 0; row < needed.Height;)
                {
                    long asked = Stopwatch.GetTimestamp();
                    PixelView rows = _decoder.Next();
                    long decoded = Stopwatch.GetTimestamp();
                    _resampler.Push(rows);
                    row += rows.Height;
                    decoding += decoded - asked;
                    transforming += Stopwatch.GetTimestamp() - decoded;
                }

                long resampled = Stopwatch.GetTimestamp();
                if (plan.Shift is (int right, int down))
                {
                    PadShift.Apply(new PixelView(resized, plan.Window.Width, plan.Window.Height, 3 * plan.Window.Width), right, down, plan.Flip, output);
                }

                Finish(output);
                transforming += Stopwatch.GetTimestamp() - resampled;
                timing = new TransformTiming(timing.DecodeTicks + decoding, timing.TransformTicks + transforming);
            }
        }
        finally
        {
            _decoder.Close();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The image that was planned for last, and what was done to it.</summary>
    private protected (ImageSize Image, CropPlan Plan) Last => (_image, _plan);

    /// <summary>Before an image is made: the size may depend on the epoch.</summary>
    private protected virtual void Begin(in SamplePlace place)
    {
    }

    /// <summary>What is done to an image of this size at this place; a pure function of both.</summary>
    protected abstract CropPlan Plan(ImageSize image, in SamplePlace place);

    /// <summary>Changes the cropped image in its place in the batch, as <see cref="Plan"/> has drawn.</summary>
    /// <param name="pixels"><c>[height, width, 3]</c> of <see cref="OutputSize"/>, and not a byte more.</param>
    protected virtual void Finish(byte* pixels)
    {
    }

    /// <summary>Frees the buffers.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _decoder.Dispose();
            _resampler.Dispose();
            _whole.Dispose();
        }
    }
}
