using System.Buffers;
using System.Globalization;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>
/// Damaged files between guard pages: nothing is read beyond their ends, nothing hangs, and whatever we take for whole libjpeg
/// reads without a warning, to the same coefficients. <c>STREAMTRAINER_FUZZ</c> says how many files.
/// </summary>
public sealed unsafe class CoefficientFuzzTests(LibjpegReference libjpeg) : IClassFixture<LibjpegReference>
{
    private const int Few = 20_000;

    private static int Count =>
        int.TryParse(Environment.GetEnvironmentVariable("STREAMTRAINER_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : Few;

    [Fact]
    public void DamagedFilesAreRefusedOrReadAsLibjpegReadsThem()
    {
        JpegTools.Need();
        libjpeg.Need();
        var mutator = new JpegMutator(Seeds());
        using var guards = new GuardedBuffers();
        using var memory = new GuardedMemory(JpegMutator.Longest);
        using var windows = new WindowReader();
        using var reader = new JpegCoefficients();
        using var image = new CoefficientImage();
        int read = 0;
        for (int number = 0; number < Count; number++)
        {
            byte[] bytes = mutator.Make(number);
            byte* jpeg = number % 2 == 0 ? memory.AtEnd(bytes) : memory.AtStart(bytes);
            bool whole = windows.Read(jpeg, bytes.Length, frame => new McuWindow(0, 0, frame.McusWide, frame.McusHigh));
            var random = new Random(number);
            bool part = windows.Read(jpeg, bytes.Length, frame =>
            {
                int left = random.Next(frame.McusWide), top = random.Next(frame.McusHigh);
                return new McuWindow(left, top, random.Next(left, frame.McusWide) + 1, random.Next(top, frame.McusHigh) + 1);
            });
            Assert.True(part || !whole, $"file {number}: a window is damaged, the whole is not");
            if (reader.TryRead(jpeg, bytes.Length, image))
            {
                read++;
                LibjpegReference.Plane[]? planes = libjpeg.Read(bytes, out int warnings);
                Assert.True(planes is not null && warnings == 0, $"file {number}: libjpeg refuses it ({warnings} warnings)");
                var coefficients = Coefficients.Copy(image);
                Assert.True(coefficients.Equals(planes), $"file {number}: other coefficients");
                Rewrite(image, coefficients, number);
            }
        }

        Assert.InRange(read, Count / 100, Count);
    }

    /// <summary>Whatever can be read can be written, and is the same again.</summary>
    private static void Rewrite(CoefficientImage image, Coefficients coefficients, int number)
    {
        var target = new ArrayBufferWriter<byte>();
        new JpegWriter().Write(image, target, number % 5);
        Assert.True(coefficients.Equals(Coefficients.Read(target.WrittenSpan)!), $"file {number}: written, it is another");
    }

    private static List<byte[]> Seeds()
    {
        var seeds = new List<byte[]>();
        foreach (string[] colour in (string[][])[["-sample", "1x1"], ["-sample", "2x2"], ["-sample", "4x1"], ["-grayscale"], ["-rgb"]])
        {
            foreach (string[] way in (string[][])[[], ["-optimize"], ["-restart", "3B"], ["-progressive"], ["-progressive", "-restart", "4B"]])
            {
                seeds.Add(JpegTools.Encode(50, 40, [.. colour, .. way]));
            }
        }

        seeds.Add(JpegTools.Encode(120, 100, "-quality", "98", "-sample", "1x1"));
        seeds.Add(JpegTools.TranscodeByScript(seeds[5], "0;1,2;"));
        return seeds;
    }
}
