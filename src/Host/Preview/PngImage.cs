using NetVips;
using StreamTrainer.Pipeline.Decoding;

namespace StreamTrainer.Host.Preview;

/// <summary>Pictures as PNG: lossless, so that the page shows the very pixels.</summary>
internal static class PngImage
{
    /// <summary>Encodes a picture.</summary>
    public static byte[] Encode(PreviewPicture picture)
    {
        VipsRuntime.Initialize();
        using Image plain = Image.NewFromMemory(picture.Pixels, picture.Size.Width, picture.Size.Height, 3, Enums.BandFormat.Uchar);
        using Image image = plain.Copy(interpretation: Enums.Interpretation.Srgb);
        return image.PngsaveBuffer(compression: 9, filter: Enums.ForeignPngFilter.All, keep: Enums.ForeignKeep.None);
    }
}
