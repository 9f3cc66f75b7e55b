using System.Security.Cryptography;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// Our own JPEG decoder on whole images, against libjpeg-turbo in a C program: the same files in memory, the same pixels by their
/// SHA-256, processor time on both sides. And where our time goes: the entropy decoding alone, the rest a block, and its parts.
/// </summary>
internal sealed class DecodeCase : IPerfCase
{
    private const int Rounds = 9;
    private const string Sample = "imagenet-sample-500.tar";

    public string Name => "decode";

    public string Description => "whole JPEGs by our own decoder against libjpeg-turbo, same pixels; and our stages";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        string tar = PerfData.File(Sample);
        EncodedSample[] images = Load(tar);
        using var decoder = new JpegDecoder(exifOrientation: false);
        using var peer = PeerProcess.OfProgram(CompiledPeer.Build("libjpeg_decode.c", "jpeg", "libjpeg62-turbo-dev"), tar);
        string ours = Hash(images, decoder), theirs = peer.Ask("sha256");
        log.WriteLine($"{images.Length} images a round, {Rounds} rounds, {VectorLevel.Current}");
        log.WriteLine($"sha256 of all pixels, ours          {ours}");
        log.WriteLine($"sha256 of all pixels, libjpeg-turbo {theirs}");
        if (ours != theirs)
        {
            throw new UserErrorException($"{tar}: our pixels are not those of libjpeg-turbo");
        }

        // Each round of theirs lies between our two.
        Harness.Rounds whole = Harness.Rounds.Interleave(Rounds, () => CpuTime.Of(() => All(images, decoder)), () => peer.Work(images.Length));
        using var stages = new DecodeStages(images);
        double[] entropy = Times(() => CpuTime.Of(stages.Entropy));
        double pixels = whole.A.Min() - entropy.Min();
        log.WriteLine($"{stages.Blocks} blocks; smallest round: entropy {entropy.Min():F3} s, all the rest {pixels:F3} s");
        Array.ForEach(images, image => image.Dispose());
        return
        [
            Figure.Of("decode_whole", "1", whole.Ratios.Select(ratio => 1 / ratio)),
            Figure.Of("whole_us", "us", whole.A.Select(seconds => seconds / images.Length * 1e6)),
            Figure.Of("libjpeg_us", "us", whole.B.Select(seconds => seconds / images.Length * 1e6)),
            Figure.Of("entropy_us", "us", entropy.Select(seconds => seconds / images.Length * 1e6)),
            Figure.Of("pixels_ns_per_block", "ns", whole.A.Zip(entropy, (all, part) => (all - part) / stages.Blocks * 1e9)),
            Figure.Of("idct_ns_per_block", "ns", Times(stages.TransformNanoseconds)),
            Figure.Of("colour_ns_per_64_pixels", "ns", Times(stages.ColourNanoseconds)),
            Figure.Of("upsampling_ns_per_64_pixels", "ns", Times(stages.UpsamplingNanoseconds)),
        ];
    }

    private static double[] Times(Func<double> measure)
    {
        measure();
        return [.. Enumerable.Range(0, Rounds).Select(_ => measure())];
    }

    /// <summary>The tar's regular files, in its order.</summary>
    private static EncodedSample[] Load(string tar)
    {
        var images = new List<EncodedSample>();
        using FileStream file = File.OpenRead(tar);
        using var reader = new System.Formats.Tar.TarReader(file);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is { } data)
            {
                var sample = new EncodedSample();
                data.ReadExactly(sample.Reserve((int)data.Length));
                images.Add(sample);
            }
        }

        return [.. images];
    }

    private static void All(EncodedSample[] images, JpegDecoder decoder)
    {
        foreach (EncodedSample image in images)
        {
            ImageSize size = decoder.Open(image);
            decoder.Start(new CropBox(0, 0, size.Width, size.Height));
            for (int row = 0; row < size.Height; row += decoder.Next().Height)
            {
            }

            decoder.Close();
        }
    }

    private static unsafe string Hash(EncodedSample[] images, JpegDecoder decoder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (EncodedSample image in images)
        {
            ImageSize size = decoder.Open(image);
            decoder.Start(new CropBox(0, 0, size.Width, size.Height));
            for (int row = 0; row < size.Height;)
            {
                PixelView rows = decoder.Next();
                for (int y = 0; y < rows.Height; y++, row++)
                {
                    hash.AppendData(new ReadOnlySpan<byte>(rows.Row(y), 3 * size.Width));
                }
            }

            decoder.Close();
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
