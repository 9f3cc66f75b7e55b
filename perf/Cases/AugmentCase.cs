using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Operations;
using StreamTrainer.Pipeline.Transforms.Policies;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// RandAugment of A2 on crops of real images, against timm's operations in Pillow: the same images, the same drawn operations. Ours is
/// timed with the drawing and with the copy of the image that it then changes in place; the peer's plan is parsed before.
/// </summary>
internal sealed unsafe class AugmentCase : IPerfCase
{
    private const int Rounds = 9, Side = 224, Images = 100, Draws = 1500, OperationRepeats = 300;
    private const long Seed = 1;
    private const string Sample = "imagenet-sample-500.tar", Policy = "rand-m7-mstd0.5-inc1";
    private const int Bytes = 3 * Side * Side;

    private static readonly ImageSize s_size = new(Side, Side);

    public string Name => "augment";

    public string Description => "RandAugment, two draws, to the bit, over timm's with Pillow";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        string pixels = Path.GetTempFileName(), plan = Path.GetTempFileName();
        byte* source = (byte*)NativeMemory.AlignedAlloc((nuint)Images * Bytes, 64), slot = (byte*)NativeMemory.AlignedAlloc(Bytes, 64);
        using var canvas = new PixelCanvas();
        RgbColor fill = RgbColor.OfMean(new DataOptions().Mean);
        AugmentPolicy policy = AugmentPolicies.Parse(Policy, Side, Interpolation.Random);
        var calls = new OperationCall[policy.MostOperations];
        try
        {
            Crop(source);
            Write(pixels, source);
            File.WriteAllLines(plan, Enumerable.Range(0, Draws).Select(i => AugmentPlan.Text(calls.AsSpan(0, Draw(policy, i, calls)))));
            using var peer = new PeerProcess("pillow_augment.py", pixels, $"{Side}", plan);
            Check(log, peer, i => One(policy, i, calls, canvas, source, slot, fill), slot);
            void All()
            {
                for (int i = 0; i < Draws; i++)
                {
                    One(policy, i, calls, canvas, source, slot, fill);
                }
            }

            Warm(All, milliseconds: 2000);
            Table(log, peer, canvas, source, slot, fill);
            Rounds seconds = Harness.Rounds.Interleave(Rounds, () => CpuTime.Of(All), () => peer.Work(Draws));
            return
            [
                Figure.Of("randaugment", "1", seconds.Ratios.Select(ratio => 1 / ratio)),
                Figure.Of("us", "us", seconds.A.Select(second => second / Draws * 1e6)),
                Figure.Of("pillow_us", "us", seconds.B.Select(second => second / Draws * 1e6)),
            ];
        }
        finally
        {
            NativeMemory.AlignedFree(source);
            NativeMemory.AlignedFree(slot);
            File.Delete(pixels);
            File.Delete(plan);
        }
    }

    private static int Draw(AugmentPolicy policy, int i, OperationCall[] calls)
    {
        SampleRandom draws = new SamplePlace(Seed, 0, i, i).Random();
        return policy.Draw(ref draws, calls);
    }

    private static void One(AugmentPolicy policy, int i, OperationCall[] calls, PixelCanvas canvas, byte* source, byte* slot, RgbColor fill)
    {
        Buffer.MemoryCopy(source + (long)(i % Images) * Bytes, slot, Bytes, Bytes);
        canvas.Begin(slot, s_size, fill);
        int count = Draw(policy, i, calls);
        for (int k = 0; k < count; k++)
        {
            calls[k].Apply(canvas);
        }

        canvas.Flush();
    }

    private static void Check(TextWriter log, PeerProcess peer, Action<int> one, byte* slot)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < Draws; i++)
        {
            one(i);
            sha.AppendData(new ReadOnlySpan<byte>(slot, Bytes));
        }

        string ours = Convert.ToHexStringLower(sha.GetHashAndReset()), theirs = peer.Ask("hash");
        log.WriteLine($"{Policy}: {Draws} draws on {Images} crops a round, {Rounds} rounds; sha256 of all pixels {ours}, Pillow's {theirs}");
        if (ours != theirs)
        {
            throw new UserErrorException("the pixels are not Pillow's, so there is nothing to measure");
        }
    }

    /// <summary>Each operation of the policy alone, at magnitude 7, to the log.</summary>
    private static void Table(TextWriter log, PeerProcess peer, PixelCanvas canvas, byte* source, byte* slot, RgbColor fill)
    {
        log.WriteLine($"{"operation, us an image",-32}{"ours",8}{"Pillow",10}{"ratio",8}");
        foreach (PixelOperation operation in PixelOperations.Names.Select(PixelOperations.Of))
        {
            foreach (Interpolation filter in operation.IsGeometric ? [Interpolation.Bilinear, Interpolation.Bicubic] : (Interpolation[])[Interpolation.Bilinear])
            {
                var call = new OperationCall(operation, operation.Magnitude?.Of(7.0, false, Side) ?? 0, filter);
                void Many()
                {
                    for (int i = 0; i < OperationRepeats; i++)
                    {
                        Buffer.MemoryCopy(source + (long)(i % Images) * Bytes, slot, Bytes, Bytes);
                        canvas.Begin(slot, s_size, fill);
                        call.Apply(canvas);
                        canvas.Flush();
                    }
                }

                Warm(Many, milliseconds: 200);
                double ours = CpuTime.Of(Many) / OperationRepeats * 1e6;
                string seconds = peer.Ask(string.Create(CultureInfo.InvariantCulture, $"op {OperationRepeats} {AugmentPlan.Text([call])}"));
                double theirs = double.Parse(seconds, CultureInfo.InvariantCulture) / OperationRepeats * 1e6;
                string name = operation.IsGeometric ? $"{operation.Name} {(filter == Interpolation.Bicubic ? "bicubic" : "bilinear")}" : operation.Name;
                log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-32}{ours,8:F1}{theirs,10:F1}{theirs / ours,8:F1}"));
            }
        }
    }

    /// <summary>Random resized crops of the sample's first images.</summary>
    private static void Crop(byte* pixels)
    {
        using ISampleSource source = SampleSources.Open(PerfData.File(Sample));
        using var transform = new TrainTransform(new AugmentOptions { Size = Side }, exifOrientation: false);
        using var sample = new EncodedSample();
        for (int i = 0; i < Images; i++)
        {
            source.Read(i, sample);
            var timing = default(TransformTiming);
            transform.Apply(sample, new SamplePlace(Seed, 0, i, i), new Span<byte>(pixels + (long)i * Bytes, Bytes), ref timing);
        }
    }

    private static void Write(string path, byte* pixels)
    {
        using FileStream file = File.Create(path);
        file.Write(new ReadOnlySpan<byte>(pixels, Images * Bytes));
    }

    /// <summary>The runtime compiles anew what runs often; let it.</summary>
    private static void Warm(Action all, int milliseconds)
    {
        for (var warm = Stopwatch.StartNew(); warm.ElapsedMilliseconds < milliseconds;)
        {
            all();
        }
    }
}
