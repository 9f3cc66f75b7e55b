using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Host.Preview;

/// <summary>A picture: packed 8-bit RGB.</summary>
internal sealed record PreviewPicture(ImageSize Size, byte[] Pixels);

/// <summary>A sample with its pictures.</summary>
/// <param name="Sample">What there is to know of it.</param>
/// <param name="Shown">The part of the original that the augmented picture shows, in the original's pixels.</param>
/// <param name="Original">The whole image, shrunk; none where it cannot be decoded as a whole.</param>
/// <param name="Fault">Why not.</param>
/// <param name="Augmented">The batch's bytes.</param>
/// <param name="Given">What the network is given, where that is another picture.</param>
internal sealed record PreviewCard(
    PreviewSample Sample, (double Left, double Top, double Width, double Height) Shown, PreviewPicture? Original, string? Fault, PreviewPicture Augmented, PreviewPicture? Given);
