using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding;

/// <summary>
/// From a sample's bytes to RGB pixels, in two steps, so that a crop can be chosen by the size alone and no more than it is
/// decoded. One object a worker thread, which owns its memory.
/// </summary>
public interface IImageDecoder : IDisposable
{
    /// <summary>Looks at an image. Its bytes must stay as they are until <see cref="Close"/>.</summary>
    /// <returns>The image's size.</returns>
    /// <exception cref="BadSampleException">It is no image that can be used.</exception>
    ImageSize Open(EncodedSample sample);

    /// <summary>Decodes the pixels of a box; once an image.</summary>
    /// <returns>The box's pixels, valid until <see cref="Close"/>.</returns>
    /// <exception cref="BadSampleException">They are damaged.</exception>
    PixelView Read(in CropBox box);

    /// <summary>Lets go of the image; also after an error.</summary>
    void Close();
}
