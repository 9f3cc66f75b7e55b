using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// From bytes in memory to training images, one thread, from original JPEGs and from both payloads of shards, against timm's transform
/// written out with Pillow, torchvision's on Pillow images, and against the floor of every loader that decodes whole images: libjpeg-turbo's decode alone. All sides
/// make the same crops from the same draws; their pixels must have one SHA-256. Processor time, user and system, every side once a round.
/// The figures of the parts come from their own cases.
/// </summary>
internal sealed class PixelsCase : IPerfCase
{
    private const int Rounds = 9, Seed = 1;
    private const string Sample = "imagenet-sample-500.tar", Policy = "rand-m7-mstd0.5-inc1";

    /// <summary>How much slower than the bare loop the peer may be where the work is the same.</summary>
    private const double MostOverBare = 1.15;

    private static readonly string[] s_forms = ["original", "indexed", "coefficients"];

    public string Name => "pixels";

    public string Description => "training images from JPEGs and from shards against Pillow and against libjpeg-turbo's decode alone, same pixels";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        string tar = PerfData.File(Sample), folder = Directory.CreateTempSubdirectory("streamtrainer-perf-").FullName;
        try
        {
            using var images = new Forms(tar, folder, log);
            List<Figure> figures = [.. Chains(log, tar, folder, images), .. images.Sizes];
            (IPerfCase Case, string[] Names)[] parts =
            [
                (new DecodeCase(), ["decode_whole"]), (new AugmentCase(), ["randaugment"]), (new ResizeCase(), ["resize_bilinear", "resize_bicubic"]),
            ];
            foreach ((IPerfCase part, string[] names) in parts)
            {
                log.WriteLine($"-- {part.Name}");
                figures.AddRange(part.Run(log).Where(figure => names.Contains(figure.Name)));
            }

            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<Figure> Chains(TextWriter log, string tar, string folder, Forms images)
    {
        using var a2 = new Chain(new AugmentOptions { Size = 224, AutoAugment = Policy });
        using var rrc = new Chain(new AugmentOptions { Size = 224 });
        using var small = new Chain(new AugmentOptions { Size = 160, Interpolation = Interpolation.Bicubic });
        string plan = Path.Combine(folder, "plan.txt"), smallPlan = Path.Combine(folder, "plan160.txt");
        File.WriteAllLines(plan, a2.Lines(images[0]));
        File.WriteAllLines(smallPlan, small.Lines(images[0]));
        using var pillow = new PeerProcess("pillow_a2.py", tar, plan, "224");
        using var pillowSmall = new PeerProcess("pillow_a2.py", tar, smallPlan, "160");
        using var torchvision = new PeerProcess("torchvision_rrc.py", tar, plan, "224");
        using var floor = PeerProcess.OfProgram(CompiledPeer.Build("libjpeg_decode.c", "jpeg", "libjpeg62-turbo-dev"), tar);
        Check(log, "A2's chain", a2, images, pillow.Ask("hash full"));
        Check(log, "RRC 224", rrc, images, pillow.Ask("hash rrc"));
        Check(log, "RRC 160", small, images, pillowSmall.Ask("hash rrc"));
        Check(log, "RRC 224 (torchvision's)", rrc, images, torchvision.Ask("hash rrc"));

        int count = images[0].Length;
        Func<double>[] sides =
        [
            .. images.All.Select(form => (Func<double>)(() => CpuTime.Of(() => a2.Make(form)))),
            .. images.All.Select(form => (Func<double>)(() => CpuTime.Of(() => rrc.Make(form)))),
            .. images.All.Select(form => (Func<double>)(() => CpuTime.Of(() => small.Make(form)))),
            () => pillow.Work("full", count),
            () => pillow.Work("rrc", count),
            () => pillow.Work("bare", count),
            () => floor.Work(count),
            () => torchvision.Work("rrc", count),
        ];
        log.WriteLine($"{count} images a round, {Rounds} rounds, {VectorLevel.Current}");
        double[][] seconds = Harness.Rounds.Interleave(Rounds, sides);
        double[] full = seconds[9], cropped = seconds[10], bare = seconds[11], decoded = seconds[12], vision = seconds[13];
        var figures = new List<Figure>();
        for (int form = 0; form < s_forms.Length; form++)
        {
            figures.Add(Over($"a2_{s_forms[form]}", full, seconds[form]));
            figures.Add(Over($"rrc_{s_forms[form]}", cropped, seconds[3 + form]));
            figures.Add(Over($"floor_{s_forms[form]}", decoded, seconds[6 + form]));
            figures.Add(Microseconds($"a2_{s_forms[form]}_us", seconds[form], count));
            figures.Add(Microseconds($"rrc_{s_forms[form]}_us", seconds[3 + form], count));
            figures.Add(Microseconds($"floor_{s_forms[form]}_us", seconds[6 + form], count));
        }

        Figure honest = Over("pillow_over_bare", cropped, bare);
        figures.AddRange(
        [
            Microseconds("pillow_us", cropped, count), Microseconds("pillow_a2_us", full, count), Microseconds("pillow_bare_us", bare, count),
            Microseconds("libjpeg_us", decoded, count), Microseconds("torchvision_us", vision, count), Over("torchvision_original", vision, seconds[3]), honest,
        ]);
        return honest.Value <= MostOverBare
            ? figures
            : throw new UserErrorException($"the Pillow peer takes {honest.Value:F2} of a bare loop's time: it is not a fair peer on this machine");
    }

    private static void Check(TextWriter log, string name, Chain chain, Forms images, string theirs)
    {
        for (int form = 0; form < s_forms.Length; form++)
        {
            string ours = chain.Hash(images[form]);
            log.WriteLine($"{name} from {s_forms[form]}: sha256 of all pixels {ours}, the peer's {theirs}");
            if (ours != theirs)
            {
                throw new UserErrorException($"{name} from {s_forms[form]}: the pixels are not the peer's, so there is nothing to measure");
            }
        }
    }

    private static Figure Over(string name, double[] theirs, double[] ours) => Figure.Of(name, "1", theirs.Zip(ours, (their, our) => their / our));

    private static Figure Microseconds(string name, double[] seconds, int count) => Figure.Of(name, "us", seconds.Select(second => second / count * 1e6));

    /// <summary>The same images in memory as originals and as both payloads.</summary>
    private sealed class Forms : IDisposable
    {
        private readonly List<ISampleSource> _sources = [];

        public Forms(string tar, string folder, TextWriter log)
        {
            ISampleSource original = SampleSources.Open(tar, NullLogger.Instance);
            _sources.Add(original);
            var sizes = new List<Figure>();
            foreach (ShardPayload payload in (ShardPayload[])[ShardPayload.Indexed, ShardPayload.Coefficients])
            {
                string shards = Path.Combine(folder, $"{payload}");
                PackResult packed = ShardPacker.Pack(original, shards, new PackOptions { Payload = payload }, Environment.ProcessorCount, null, CancellationToken.None);
                double size = (double)packed.Bytes / packed.SourceBytes;
                log.WriteLine($"{payload}: {packed.Bytes} bytes with the index, {size:F4} of the originals' {packed.SourceBytes}");
                sizes.Add(Figure.Of(payload == ShardPayload.Indexed ? "size_indexed" : "size_coefficients", "1", [size]));
                _sources.Add(SampleSources.Open(shards, NullLogger.Instance));
            }

            Sizes = sizes;
            All = [.. _sources.Select(Load)];
        }

        public IReadOnlyList<Figure> Sizes { get; }

        public EncodedSample[][] All { get; }

        public EncodedSample[] this[int form] => All[form];

        public void Dispose()
        {
            foreach (EncodedSample sample in All.SelectMany(form => form))
            {
                sample.Dispose();
            }

            _sources.ForEach(source => source.Dispose());
        }

        private static EncodedSample[] Load(ISampleSource source)
        {
            var samples = new EncodedSample[source.Count];
            for (int i = 0; i < samples.Length; i++)
            {
                source.Read(i, samples[i] = new EncodedSample());
            }

            return samples;
        }
    }

    /// <summary>A training transform and the places of the images, the same for every form of them.</summary>
    private sealed class Chain(AugmentOptions options) : IDisposable
    {
        private readonly TrainTransform _transform = new(options, exifOrientation: false);
        private readonly byte[] _slot = new byte[3 * options.Size * options.Size];

        public string[] Lines(EncodedSample[] images)
        {
            using var decoder = new SampleDecoder(exifOrientation: false);
            return [.. images.Select((image, i) =>
            {
                ImageSize size = decoder.Open(image);
                decoder.Close();
                return AugmentPlan.Line(_transform, size, Place(i));
            })];
        }

        public void Make(EncodedSample[] images)
        {
            var timing = default(TransformTiming);
            for (int i = 0; i < images.Length; i++)
            {
                _transform.Apply(images[i], Place(i), _slot, ref timing);
            }
        }

        public string Hash(EncodedSample[] images)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var timing = default(TransformTiming);
            for (int i = 0; i < images.Length; i++)
            {
                _transform.Apply(images[i], Place(i), _slot, ref timing);
                hash.AppendData(_slot);
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }

        public void Dispose() => _transform.Dispose();

        private static SamplePlace Place(int i) => new(Seed, 0, i, i);
    }
}
