using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>Real images: whole, they are libvips's and djpeg's; boxes are crops of the whole.</summary>
public sealed class SampleImagesTests
{
    private const string Tar = "imagenet-sample-500.tar";
    private const int BoxesOfEach = 50;

    [Fact]
    public void EveryImageAndAnyBoxAreEqual()
    {
        string tar = TestPaths.DataFile(Tar);
        Assert.SkipUnless(File.Exists(tar), $"{tar} is missing");
        using ISampleSource source = SampleSources.Open(tar);
        using EncodedSample sample = new();
        using SampleDecoder auto = new(false), vips = new(false, DecoderKind.Libvips);
        var random = new Random(10);
        int own = 0;
        for (int i = 0; i < source.Count; i++)
        {
            source.Read(i, sample);
            string name = source.NameOf(i);
            ImageSize size = vips.Open(sample);
            byte[] expected = Pixels.Read(vips, new CropBox(0, 0, size.Width, size.Height));
            vips.Close();
            Assert.Equal(size, auto.Open(sample));
            Assert.True(expected.AsSpan().SequenceEqual(Pixels.Read(auto, new CropBox(0, 0, size.Width, size.Height))), name);
            own += auto.IsOwn ? 1 : 0;
            auto.Close();
            for (int n = 0; n < BoxesOfEach; n++)
            {
                CropBox box = Boxes.Random(random, size);
                auto.Open(sample);
                Assert.True(Boxes.Crop(expected, size, box).AsSpan().SequenceEqual(Pixels.Read(auto, box)), $"{name} {box}");
                auto.Close();
            }
        }

        // All of them are baseline files.
        Assert.Equal(source.Count, own);
    }

    [Fact]
    public void EveryImageIsDjpegs()
    {
        string tar = TestPaths.DataFile(Tar);
        Assert.SkipUnless(File.Exists(tar), $"{tar} is missing");
        Tools.Need("djpeg");
        using ISampleSource source = SampleSources.Open(tar);
        using EncodedSample sample = new();
        for (int i = 0; i < source.Count; i += TestPaths.Full ? 1 : 5)
        {
            source.Read(i, sample);
            byte[] jpeg = sample.Bytes.ToArray();
            Assert.True(Tools.Djpeg(jpeg).AsSpan().SequenceEqual(Pixels.Decode(jpeg, kind: DecoderKind.Managed).Rgb), source.NameOf(i));
        }
    }
}
