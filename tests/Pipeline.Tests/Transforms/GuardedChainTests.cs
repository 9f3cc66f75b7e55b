using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Tests.Decoding;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms;

/// <summary>The whole chain from files to pixels with guard pages behind all its buffers: the same pixels as without, and nothing is
/// touched that is not its own.</summary>
[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]
public sealed class GuardedChainTests
{
    private static readonly string[] s_kinds = [".jpg[Q=30]", ".jpg[Q=90]", ".jpg[Q=97,subsample_mode=off]", ".png"];

    [Fact]
    public void MadeImages()
    {
        var random = new Random(4);
        var files = new List<byte[]>();
        for (int i = 0; i < 120; i++)
        {
            int width = random.Next(1, 90), height = random.Next(1, 90), bands = i % 5 == 0 ? 1 : 3;
            files.Add(DecoderTests.Encode(DecoderTests.Noise(width * height * bands), bands, s_kinds[i % s_kinds.Length], width, height));
        }

        Check(files, 3);
    }

    [Fact]
    public void RealImages()
    {
        string tar = TestPaths.DataFile("imagenet-sample-500.tar");
        Assert.SkipUnless(File.Exists(tar), $"needs {tar} (STREAMTRAINER_DATA)");
        using ISampleSource source = SampleSources.Open(tar);
        using var sample = new EncodedSample();
        var files = new List<byte[]>();
        for (int i = 0; i < source.Count; i += TestPaths.Full ? 1 : 10)
        {
            source.Read(i, sample);
            files.Add(sample.Bytes.ToArray());
        }

        Check(files, 1);
    }

    private static void Check(List<byte[]> files, int places)
    {
        foreach (int size in (int[])[17, 64, 224])
        {
            foreach (Interpolation filter in (Interpolation[])[Interpolation.Random, Interpolation.Lanczos, Interpolation.Nearest])
            {
                // Geometric operations know two filters only.
                var options = new AugmentOptions { Size = size, Interpolation = filter, AutoAugment = filter == Interpolation.Random ? "rand-m9-n3-mstd0.5-inc1" : null };
                string[] expected = Run(files, places, options);
                using var guards = new GuardedBuffers();
                Assert.Equal(expected, Run(files, places, options));
                Assert.True(guards.Taken > 0);
            }
        }
    }

    private static string[] Run(List<byte[]> files, int places, AugmentOptions options)
    {
        using var transform = new TrainTransform(options, exifOrientation: false);
        var pixels = new byte[3 * options.Size * options.Size];
        var result = new List<string>();
        var timing = default(TransformTiming);
        for (int i = 0; i < files.Count; i++)
        {
            using EncodedSample sample = Pixels.Sample(files[i]);
            for (int place = 0; place < places; place++)
            {
                transform.Apply(sample, new SamplePlace(1, place, i, i), pixels, ref timing);
                result.Add(Pixels.Hash(pixels));
            }
        }

        return [.. result];
    }
}
