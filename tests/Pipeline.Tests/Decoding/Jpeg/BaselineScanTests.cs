using CsCheck;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>Windows, restart markers and damage.</summary>
public sealed unsafe class BaselineScanTests
{
    [Fact]
    public void AWindowIsAPartOfTheWhole()
    {
        JpegTools.Need();
        using var reader = new WindowReader();
        var random = new Random(1);
        foreach ((string name, byte[] jpeg) in JpegFiles.Sequential())
        {
            Coefficients whole = Coefficients.Read(jpeg)!;
            for (int i = 0; i < 12; i++)
            {
                reader.Check(name, jpeg, whole, random, i);
            }
        }
    }

    [Fact]
    public void AWindowOfARealImageIsAPartOfTheWhole()
    {
        string path = TestPaths.DataFile("imagenet-sample-500.tar");
        Assert.SkipUnless(File.Exists(path), "the ImageNet sample is missing");
        using ISampleSource source = SampleSources.Open(path);
        using var sample = new EncodedSample();
        using var reader = new WindowReader();
        var random = new Random(2);
        for (long i = 0; i < source.Count; i++)
        {
            source.Read(i, sample);
            byte[] jpeg = sample.Bytes.ToArray();
            Coefficients whole = Coefficients.Read(jpeg)!;
            for (int window = 0; window < (TestPaths.Full ? 50 : 3); window++)
            {
                reader.Check($"image {i}", jpeg, whole, random, window);
            }
        }
    }

    /// <summary>A file that ends before its last MCU is damaged, wherever it ends.</summary>
    [Fact]
    public void ATruncatedFileIsNotRead()
    {
        JpegTools.Need();
        foreach (string[] options in (string[][])[["-quality", "95"], ["-restart", "3B"], ["-sample", "1x1", "-optimize"]])
        {
            byte[] jpeg = JpegTools.Encode(61, 43, options);
            // The last code ends in the last byte, or the ones that fill it up would be a byte more.
            for (int length = 0; length < jpeg.Length - 2; length++)
            {
                Assert.False(WindowReader.ReadsAll(jpeg.AsSpan(0, length)), $"{length} of {jpeg.Length}");
            }

            Assert.True(WindowReader.ReadsAll(jpeg.AsSpan(0, jpeg.Length - 2)));
            Assert.Null(Coefficients.Read(jpeg.AsSpan(0, jpeg.Length - 2)));
            Assert.NotNull(Coefficients.Read(jpeg));
        }
    }

    [Fact]
    public void RestartMarkersMustComeAsTheyShould()
    {
        JpegTools.Need();
        byte[] jpeg = JpegTools.Encode(120, 90, "-restart", "4B");
        int scan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, 0xda]), first = scan + jpeg.AsSpan(scan).IndexOf((ReadOnlySpan<byte>)[0xff, 0xd0]);
        Assert.True(WindowReader.ReadsAll(jpeg));
        for (byte number = 0xd1; number <= 0xd9; number++)
        {
            byte[] wrong = [.. jpeg];
            wrong[first + 1] = number;
            Assert.False(WindowReader.ReadsAll(wrong));
            Assert.False(WindowReader.Reads(wrong, frame => new McuWindow(0, frame.McusHigh - 1, 1, frame.McusHigh)));
        }

        Assert.False(WindowReader.ReadsAll([.. jpeg[..first], .. jpeg[(first + 2)..]]));
        Assert.False(WindowReader.ReadsAll([.. jpeg[..first], 0, .. jpeg[first..]]));
        Assert.False(WindowReader.ReadsAll([.. jpeg[..first], 0xff, 0xd0, .. jpeg[first..]]));
        // Where no marker is due, one is damage too.
        byte[] without = JpegTools.Encode(120, 90);
        int middle = without.Length - 300;
        Assert.False(WindowReader.ReadsAll([.. without[..middle], 0xff, 0xd0, .. without[middle..]]));
    }

    /// <summary>What is behind a window's last row is not read: it may be anything.</summary>
    [Fact]
    public void BehindTheWindowNothingIsRead()
    {
        JpegTools.Need();
        byte[] jpeg = JpegTools.Encode(200, 200, "-quality", "90");
        byte[] half = jpeg[..(jpeg.Length * 2 / 3)];
        Assert.False(WindowReader.ReadsAll(half));
        Assert.True(WindowReader.Reads(half, frame => new McuWindow(0, 0, frame.McusWide, frame.McusHigh / 3)));
        Assert.True(WindowReader.Reads(half, frame => new McuWindow(3, 2, 5, frame.McusHigh / 3)));
    }

    [Fact]
    public void StuffedZerosAreTakenOutWhereverTheyAre()
    {
        using var memory = new GuardedMemory(64 << 10);
        using var bytes = new EntropyBytes();
        Gen.Select(Gen.Int[0, 40_000], Gen.Int[0, 255], Gen.Int[0, 3], Gen.Int).Sample((count, frequency, tail, seed) =>
        {
            var random = new Random(seed);
            var expected = new List<byte>();
            var file = new List<byte>();
            for (int i = 0; i < count; i++)
            {
                byte value = random.Next(256) < frequency ? (byte)0xff : (byte)random.Next(255);
                expected.Add(value);
                file.Add(value);
                if (value == 0xff)
                {
                    file.Add(0);
                }

                if (file.Count > 60_000)
                {
                    break;
                }
            }

            int data = file.Count;
            file.AddRange(tail switch { 0 => [], 1 => [0xff], 2 => [0xff, 0xd9], _ => (byte[])[0xff, 0xff, 0, 1, 2, 3] });
            byte* start = memory.AtEnd(file.ToArray());
            byte* next = bytes.Start(start, memory.End);
            var read = new List<byte>();
            while (true)
            {
                long ready = bytes.IsComplete ? bytes.End - next : Math.Min(random.Next(1, 1000), bytes.Limit - next);
                read.AddRange(new ReadOnlySpan<byte>(next, (int)ready).ToArray());
                next += ready;
                if (bytes.IsComplete)
                {
                    break;
                }

                next = bytes.Fill(next);
            }

            Assert.Equal(expected, read);
            Assert.Equal(data, bytes.Source - start);
        }, iter: 200, threads: 1);
    }
}
