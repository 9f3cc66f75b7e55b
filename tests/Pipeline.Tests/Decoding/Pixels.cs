using System.Security.Cryptography;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Tests.Decoding;

/// <summary>Short ways from bytes to pixels.</summary>
internal static unsafe class Pixels
{
    public static EncodedSample Sample(ReadOnlySpan<byte> bytes)
    {
        var sample = new EncodedSample();
        bytes.CopyTo(sample.Reserve(bytes.Length));
        return sample;
    }

    public static EncodedSample Raw(int width, int height, ReadOnlySpan<byte> rgb)
    {
        EncodedSample sample = Sample(rgb);
        (sample.Kind, sample.Width, sample.Height) = (PayloadKind.RawRgb, width, height);
        return sample;
    }

    public static (ImageSize Size, byte[] Rgb) Decode(ReadOnlySpan<byte> bytes, CropBox? box = null, bool exif = false, DecoderKind kind = DecoderKind.Auto)
    {
        using EncodedSample sample = Sample(bytes);
        using var decoder = new SampleDecoder(exif, kind);
        ImageSize size = decoder.Open(sample);
        byte[] rgb = Read(decoder, box ?? new CropBox(0, 0, size.Width, size.Height));
        decoder.Close();
        return (size, rgb);
    }

    /// <summary>All rows of a box.</summary>
    public static byte[] Read(IImageDecoder decoder, in CropBox box)
    {
        var result = new byte[3 * box.Width * box.Height];
        decoder.Start(box);
        for (int row = 0; row < box.Height;)
        {
            PixelView view = decoder.Next();
            Copy(view).CopyTo(result, 3 * box.Width * row);
            row += view.Height;
        }

        return result;
    }

    public static byte[] Copy(in PixelView view)
    {
        var result = new byte[3 * view.Width * view.Height];
        for (int y = 0; y < view.Height; y++)
        {
            new ReadOnlySpan<byte>(view.Row(y), 3 * view.Width).CopyTo(result.AsSpan(3 * view.Width * y));
        }

        return result;
    }

    /// <summary>Crop, then resize of the crop, as a training transform does it.</summary>
    public static byte[] Resize(EncodedSample sample, CropBox box, ImageSize target, CropBox window, Interpolation filter, bool flip = false, VectorLevel? level = null)
    {
        using var decoder = new SampleDecoder(false);
        using var resampler = new Resampler(level ?? VectorLevel.Current);
        decoder.Open(sample);
        CropBox needed = resampler.Prepare(new ImageSize(box.Width, box.Height), target, window, filter);
        decoder.Start(needed with { Left = needed.Left + box.Left, Top = needed.Top + box.Top });
        // What lies behind the target must stay as it is: there is another sample.
        var result = new byte[3 * window.Width * window.Height + 64];
        result.AsSpan(3 * window.Width * window.Height).Fill(0xa5);
        fixed (byte* output = result)
        {
            resampler.Begin(flip, output);
            for (int row = 0; row < needed.Height;)
            {
                PixelView view = decoder.Next();
                resampler.Push(view);
                row += view.Height;
            }
        }

        Xunit.Assert.Equal(-1, result.AsSpan(3 * window.Width * window.Height).IndexOfAnyExcept((byte)0xa5));
        return result[..^64];
    }

    public static byte[] Evaluate(EncodedSample sample, EvaluationOptions options, bool exif = false)
    {
        using var transform = new EvaluationTransform(options, exif);
        return Apply(transform, sample, default);
    }

    public static byte[] Apply(IImageTransform transform, EncodedSample sample, in SamplePlace place)
    {
        var result = new byte[3 * transform.OutputSize.Width * transform.OutputSize.Height];
        var timing = default(TransformTiming);
        transform.Apply(sample, place, result, ref timing);
        return result;
    }

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
