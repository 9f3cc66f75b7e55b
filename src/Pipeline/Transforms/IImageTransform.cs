using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// From a sample's bytes to its pixels in the batch. One object a worker thread, which owns its buffers: never shared,
/// nothing allocated for an image.
/// </summary>
public interface IImageTransform : IDisposable
{
    /// <summary>Size of what <see cref="Apply"/> writes: where it changes with the epoch, the largest before the first call, then the last one's.</summary>
    ImageSize OutputSize { get; }

    /// <summary>
    /// Decodes, augments and writes <c>[height, width, 3]</c> 8-bit RGB to <paramref name="destination"/>. The result is a
    /// pure function of the bytes and the place.
    /// </summary>
    /// <param name="sample">The sample's bytes.</param>
    /// <param name="place">Where the sample stands: gives the draws.</param>
    /// <param name="destination">The sample's place in the batch, exactly height * width * 3 bytes.</param>
    /// <param name="timing">Gets the ticks spent in decoding and in transforming added.</param>
    /// <exception cref="BadSampleException">The bytes are no image that can be used; the place is left undefined.</exception>
    void Apply(EncodedSample sample, in SamplePlace place, Span<byte> destination, ref TransformTiming timing);
}
