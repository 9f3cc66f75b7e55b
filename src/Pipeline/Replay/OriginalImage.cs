using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Replay;

/// <summary>Whole images as a source has them, shrunk where they are larger than is wanted, decoded as a training decodes them. One
/// thread's.</summary>
/// <param name="source">Where they come from; not disposed.</param>
/// <param name="exifOrientation">Whether images are turned as their EXIF orientation says.</param>
/// <param name="decoder">Which decoder image files get.</param>
public sealed unsafe class OriginalImage(ISampleSource source, bool exifOrientation, DecoderKind decoder) : IDisposable
{
    private readonly SampleDecoder _decoder = new(exifOrientation, decoder);
    private readonly Resampler _resampler = new();
    private readonly EncodedSample _sample = new();

    /// <summary>Reads an image.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="longest">The longer side that comes out at most.</param>
    /// <returns>Its size as it comes out, and packed RGB.</returns>
    /// <exception cref="BadSampleException">It cannot be used.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public (ImageSize Size, byte[] Pixels) Read(long index, int longest)
    {
        source.Read(index, _sample);
        try
        {
            ImageSize whole = _decoder.Open(_sample), size = Fit(whole, longest);
            CropBox needed = _resampler.Prepare(whole, size, new CropBox(0, 0, size.Width, size.Height), Interpolation.Lanczos);
            _decoder.Start(needed);
            var pixels = new byte[3 * size.Width * size.Height];
            fixed (byte* target = pixels)
            {
                _resampler.Begin(flip: false, target);
                for (int row = 0; row < needed.Height;)
                {
                    PixelView rows = _decoder.Next();
                    _resampler.Push(rows);
                    row += rows.Height;
                }
            }

            return (size, pixels);
        }
        finally
        {
            _decoder.Close();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _decoder.Dispose();
        _resampler.Dispose();
        _sample.Dispose();
    }

    private static ImageSize Fit(ImageSize whole, int longest)
    {
        double scale = Math.Min(1.0, longest / (double)Math.Max(whole.Width, whole.Height));
        return new ImageSize(Math.Max(1, (int)Math.Round(scale * whole.Width)), Math.Max(1, (int)Math.Round(scale * whole.Height)));
    }
}
