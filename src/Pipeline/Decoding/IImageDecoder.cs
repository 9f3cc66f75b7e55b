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

    /// <summary>Begins a box, whose pixels <see cref="Next"/> gives; once an image.</summary>
    /// <exception cref="BadSampleException">They are damaged.</exception>
    void Start(in CropBox box);

    /// <summary>Decodes the next rows of the box, from its top; at least one, as many as come at once. Not to be called when all
    /// rows were given.</summary>
    /// <returns>Rows of the box's width, valid until the next call of any member.</returns>
    /// <exception cref="BadSampleException">They are damaged.</exception>
    PixelView Next();

    /// <summary>Lets go of the image; also after an error.</summary>
    void Close();
}
