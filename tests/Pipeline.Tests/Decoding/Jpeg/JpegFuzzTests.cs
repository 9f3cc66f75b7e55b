using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>
/// Damaged JPEGs. Our own decoder must give what libvips gives, wherever it gives anything; where it meets damage, on whatever row,
/// libvips's answer is the answer. Guard pages lie behind all its buffers. Minutes of it with <c>STREAMTRAINER_TESTS=full</c>.
/// </summary>
public sealed class JpegFuzzTests
{
    private static readonly int s_files = TestPaths.Full ? 200_000 : 2_000;

    [Fact]
    public void DamageGivesWhatLibvipsGives()
    {
        byte[][] seeds = Seeds();
        using var guards = new GuardedBuffers();
        using var mutant = new EncodedSample();
        using SampleDecoder auto = new(false), vips = new(false, DecoderKind.Libvips), managed = new(false, DecoderKind.Managed);
        var random = new Random(TestPaths.Full ? Environment.TickCount : 12);
        int begun = 0, finished = 0, changed = 0;
        for (int i = 0; i < s_files; i++)
        {
            byte[] bytes = Mutate(random, seeds[random.Next(seeds.Length)], seeds);
            bytes.CopyTo(mutant.Reserve(bytes.Length));
            (string expected, ImageSize size) = Outcome(vips, mutant, null);
            CropBox? box = size.Width > 0 && random.Next(2) == 0 ? Boxes.Random(random, size) : null;
            if (box is not null)
            {
                expected = Outcome(vips, mutant, box).Text;
            }

            string actual = Outcome(auto, mutant, box).Text;
            begun += auto.IsOwn ? 1 : 0;
            if (expected != actual)
            {
                string file = Path.Combine(Path.GetTempPath(), $"streamtrainer-mutant-{i}.jpg");
                File.WriteAllBytes(file, bytes);
                Assert.Fail($"{file} {box}: libvips {expected}, ours {actual}");
            }

            string alone = Outcome(managed, mutant, box).Text;
            finished += alone.Length == 64 ? 1 : 0;
            changed += alone.Length != 64 && actual.Length == 64 ? 1 : 0;
        }

        Assert.True(guards.Taken > s_files, "the decoders' buffers were not guarded");
        // A fuzzer whose files are all refused by the first check, or all pass, tests nothing.
        Assert.InRange(begun, s_files / 20, s_files);
        Assert.InRange(finished, s_files / 20, s_files);
        Assert.InRange(changed, s_files / 50, s_files);
    }

    /// <summary>Rows that were given before the damage was met are not given again, and not changed.</summary>
    [Fact]
    public void LibvipsGoesOnWhereOursStops()
    {
        byte[] jpeg = DecoderTests.Encode(DecoderTests.Noise(200 * 160 * 3), 3, ".jpg[Q=90]", 200, 160);
        int tried = 0;
        foreach (double share in (double[])[0.2, 0.4, 0.6, 0.8, 0.95])
        {
            // A marker that has no business there: libjpeg warns and goes on.
            byte[] bytes = [.. jpeg];
            int at = (int)(share * jpeg.Length);
            (bytes[at], bytes[at + 1]) = (0xff, 0xd3);
            foreach (CropBox box in (CropBox[])[new(0, 0, 200, 160), new(30, 40, 100, 100), new(0, 150, 10, 10)])
            {
                byte[] expected = Pixels.Decode(bytes, box, kind: DecoderKind.Libvips).Rgb;
                using EncodedSample sample = Pixels.Sample(bytes);
                using var decoder = new SampleDecoder(false);
                decoder.Open(sample);
                Assert.True(decoder.IsOwn);
                Assert.Equal(expected, Pixels.Read(decoder, box));
                tried += decoder.IsOwn ? 0 : 1;
                decoder.Close();
            }
        }

        Assert.InRange(tried, 5, 15);
    }

    private static (string Text, ImageSize Size) Outcome(SampleDecoder decoder, EncodedSample sample, CropBox? box)
    {
        ImageSize size = default;
        try
        {
            size = decoder.Open(sample);
            return ((long)size.Width * size.Height > 1 << 22 ? "large" : Pixels.Hash(Pixels.Read(decoder, box ?? new CropBox(0, 0, size.Width, size.Height))), size);
        }
        catch (BadSampleException)
        {
            return ("bad", size);
        }
        finally
        {
            decoder.Close();
        }
    }

    private static byte[] Mutate(Random random, byte[] seed, byte[][] seeds)
    {
        var bytes = new List<byte>(seed);
        // Most damage to the scan: that to the header is mostly refused at once.
        int scan = seed.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, 0xda]);
        int first = random.Next(4) == 0 ? 2 : scan;
        for (int n = random.Next(1, 5); n > 0; n--)
        {
            int at = random.Next(first, bytes.Count - 2);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = (byte)(random.Next(2) * 255);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - 2 - at));
                    break;
                case 3:
                    bytes.InsertRange(at, Enumerable.Range(0, random.Next(1, 20)).Select(_ => (byte)random.Next(256)));
                    break;
                case 4:
                    (bytes[at], bytes[at + 1]) = (0xff, (byte)random.Next(0xc0, 0x100));
                    break;
                case 5:
                    byte[] other = seeds[random.Next(seeds.Length)];
                    int from = random.Next(other.Length), length = Math.Min(random.Next(1, 200), other.Length - from);
                    bytes.InsertRange(at, other.AsSpan(from, length).ToArray());
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[][] Seeds()
    {
        byte[] ppm = DecoderTests.Noise(48 * 40 * 3);
        // Noise over a gradient: many coefficients, and some structure.
        for (int i = 0; i < ppm.Length; i++)
        {
            ppm[i] = (byte)((ppm[i] / 4) + (i % 144));
        }

        return
        [
            DecoderTests.Encode(ppm, 3, ".jpg[Q=80]", 48, 40), DecoderTests.Encode(ppm, 3, ".jpg[Q=95,subsample_mode=off]", 48, 40),
            DecoderTests.Encode(ppm[..(48 * 40)], 1, ".jpg[Q=70]", 48, 40), DecoderTests.Encode(ppm, 3, ".jpg[Q=60,restart_interval=2]", 48, 40),
            DecoderTests.Encode(ppm, 3, ".jpg[Q=80,optimize_coding=true,restart_interval=1]", 48, 40),
        ];
    }
}
