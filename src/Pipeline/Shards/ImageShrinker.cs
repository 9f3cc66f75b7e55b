using NetVips;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>Encodes images anew before they are packed, smaller where a side is too long: other pixels than the source's. Lanczos,
/// then libvips's JPEG encoder, which gives the same bytes for the same pixels. One thread's.</summary>
internal sealed unsafe class ImageShrinker(PackOptions options) : IDisposable
{
    private readonly VipsDecoder _decoder = new(exifOrientation: false);
    private readonly PixelMemory _pixels = new();

    /// <summary>Puts other bytes in place of an image's. One that is small enough already stays as it is where no quality is
    /// asked for, and so does one that cannot be decoded.</summary>
    public void Shrink(EncodedSample sample)
    {
        ImageSize size;
        int orientation;
        byte* pixels;
        try
        {
            size = _decoder.Open(sample);
            if (options.Quality is null && Math.Max(size.Width, size.Height) <= options.MaxSide)
            {
                return;
            }

            orientation = _decoder.StoredOrientation;
            pixels = Decode(size);
        }
        catch (BadSampleException)
        {
            return;
        }
        finally
        {
            _decoder.Close();
        }

        byte[] jpeg = OrientationSegment.Insert(Encode(pixels, size), orientation);
        jpeg.CopyTo(sample.Reserve(jpeg.Length));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _decoder.Dispose();
        _pixels.Dispose();
    }

    private byte* Decode(ImageSize size)
    {
        _decoder.Start(new CropBox(0, 0, size.Width, size.Height));
        byte* pixels = _pixels.Reserve(3L * size.Width * size.Height);
        for (int y = 0; y < size.Height;)
        {
            PixelView rows = _decoder.Next();
            for (int i = 0; i < rows.Height; i++, y++)
            {
                Buffer.MemoryCopy(rows.Row(i), pixels + 3L * y * size.Width, 3L * size.Width, 3L * size.Width);
            }
        }

        return pixels;
    }

    private byte[] Encode(byte* pixels, ImageSize size)
    {
        using Image whole = Image.NewFromMemory((nint)pixels, (ulong)(3L * size.Width * size.Height), size.Width, size.Height, 3, Enums.BandFormat.Uchar);
        using Image colored = whole.Copy(interpretation: Enums.Interpretation.Srgb);
        int quality = options.Quality ?? PackOptions.DefaultQuality, longer = Math.Max(size.Width, size.Height);
        if (options.MaxSide is not { } most || longer <= most)
        {
            return colored.JpegsaveBuffer(q: quality, keep: Enums.ForeignKeep.None);
        }

        // Each side by itself: the longer one is exactly as wished, the other never nothing.
        double width = Math.Max(1, Math.Round(size.Width * (double)most / longer)), height = Math.Max(1, Math.Round(size.Height * (double)most / longer));
        using Image smaller = colored.Resize(width / size.Width, Enums.Kernel.Lanczos3, vscale: height / size.Height);
        return smaller.JpegsaveBuffer(q: quality, keep: Enums.ForeignKeep.None);
    }
}
