using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding;

/// <summary>Measures the whole process, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class LeakTests
{
    public LeakTests() => VipsRuntime.Initialize();

    [Fact]
    public void ManyImagesLeaveNothingBehind()
    {
        byte[] jpeg = DecoderTests.Encode(DecoderTests.Noise(64 * 64 * 3), 3, ".jpg[Q=90]", 64, 64);
        byte[] bad = jpeg[..(jpeg.Length / 2)], headless = jpeg[..40];
        void Many(int count)
        {
            using var transform = new TrainTransform(new AugmentOptions { Size = 32 }, false);
            using EncodedSample good = Pixels.Sample(jpeg), cut = Pixels.Sample(bad), none = Pixels.Sample(headless);
            for (int i = 0; i < count; i++)
            {
                Pixels.Apply(transform, good, new SamplePlace(0, 0, i, i));
                Assert.Throws<BadSampleException>(() => Pixels.Apply(transform, cut, new SamplePlace(0, 0, i, i)));
                Assert.Throws<BadSampleException>(() => Pixels.Apply(transform, none, new SamplePlace(0, 0, i, i)));
            }
        }

        Many(500);
        long before = Environment.WorkingSet;
        Many(6000);
        // An image and its operation are some 10 KB of native memory: leaked, 6,000 of them would be 60 MB.
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 25L << 20);
    }
}
