using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>Our coefficients are libjpeg's.</summary>
public sealed class JpegCoefficientTests(LibjpegReference libjpeg) : IClassFixture<LibjpegReference>
{
    [Fact]
    public void SequentialFilesOfEveryKind()
    {
        JpegTools.Need();
        libjpeg.Need();
        foreach ((string name, byte[] jpeg) in JpegFiles.Sequential())
        {
            Check(name, jpeg, JpegKind.Sequential);
        }
    }

    [Fact]
    public void FilesOfSeveralScansAreTheirTwins()
    {
        JpegTools.Need();
        libjpeg.Need();
        foreach ((string name, byte[] jpeg, byte[] twin) in JpegFiles.Scans())
        {
            Coefficients coefficients = Check(name, jpeg, JpegKind.Scans);
            // jpegtran gives padding blocks other values: what an image shows of both is the same.
            Coefficients other = Coefficients.Read(twin)!;
            for (int c = 0; c < other.Planes.Length; c++)
            {
                JpegComponent component = other.Frame.Components[c];
                for (int y = 0; y < component.BlocksHigh; y++)
                {
                    Assert.True(coefficients.Blocks(c, y, 0, component.BlocksWide).SequenceEqual(other.Blocks(c, y, 0, component.BlocksWide)), name);
                }
            }
        }
    }

    [Fact]
    public void RealImages()
    {
        string path = TestPaths.DataFile("imagenet-sample-500.tar");
        Assert.SkipUnless(File.Exists(path), "the ImageNet sample is missing");
        libjpeg.Need();
        using ISampleSource source = SampleSources.Open(path);
        using var sample = new EncodedSample();
        for (long i = 0; i < source.Count; i++)
        {
            source.Read(i, sample);
            string name = $"image {i}";
            Coefficients coefficients = Check(name, sample.Bytes.ToArray(), JpegKind.Sequential);
            if (i % (TestPaths.Full ? 1 : 25) == 0 && JpegTools.Run("jpegtran", sample.Bytes.ToArray(), "-progressive") is { } progressive)
            {
                Check($"{name}, progressive", progressive, JpegKind.Scans);
                byte[] written = Coefficients.Rewrite(progressive);
                Check($"{name}, written", written, JpegKind.Sequential);
            }
        }
    }

    [Fact]
    public void WrittenFilesHoldTheSame()
    {
        JpegTools.Need();
        libjpeg.Need();
        int interval = 0;
        foreach ((string name, byte[] jpeg) in JpegFiles.Sequential())
        {
            byte[] written = Coefficients.Rewrite(jpeg, interval = (interval + 1) % 6);
            Coefficients coefficients = Check(name, written, JpegKind.Sequential);
            Assert.True(coefficients.Equals(Coefficients.Read(jpeg)!), name);
            // The best codes are no worse than jpegtran's; our header has no comment, and theirs splits tables.
            Assert.True(interval > 0 || written.Length <= JpegTools.Transcode(jpeg, "-optimize").Length + 32, name);
        }
    }

    private Coefficients Check(string name, byte[] jpeg, JpegKind kind)
    {
        using EncodedSample sample = Pixels.Sample(jpeg);
        using var header = new JpegHeader();
        Assert.True(header.Read(sample) == kind, $"{name} is {header.Read(sample)}");
        LibjpegReference.Plane[]? reference = libjpeg.Read(jpeg, out int warnings);
        Assert.True(reference is not null && warnings == 0, $"{name}: libjpeg refuses it");
        Coefficients? coefficients = Coefficients.Read(jpeg);
        Assert.True(coefficients is not null, $"{name} is not read");
        Assert.True(coefficients.Equals(reference), $"{name} differs");
        return coefficients;
    }
}
