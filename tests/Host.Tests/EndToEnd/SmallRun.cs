using System.Formats.Tar;
using NetVips;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>A folder with a small image set, a recipe that trains on it in seconds, and a place for runs.</summary>
internal sealed class SmallRun : IDisposable
{
    private const int Side = 16, Classes = 3;

    public SmallRun(int perClass = 24)
    {
        Folder = Directory.CreateTempSubdirectory("streamtrainer-e2e-").FullName;
        Write("train", perClass, 1);
        Write("val", 8, 2);
        Recipe = Path.Combine(Folder, "recipe.yaml");
        File.WriteAllText(Recipe, $$"""
            description: "small"
            model: { name: resnet20_cifar, dropPath: 0.1 }
            data: { train: "{{Path.Combine(Folder, "train")}}", val: "{{Path.Combine(Folder, "val")}}", maxBadFraction: 0.2 }
            augment: { size: {{Side}}, scale: [0.5, 1.0] }
            eval: { size: {{Side}}, cropPct: 1.0, batchSize: 8, everyEpochs: 100 }
            mix: { mixup: 0.2, cutmix: 1.0 }
            loss: { smoothing: 0.1 }
            optimizer: { name: lamb, lr: 0.005, weightDecay: 0.02 }
            schedule: { perStep: true }
            ema: { decay: 0.9 }
            train: { epochs: 40, batchSize: 12, seed: 3, threads: 1, precision: fp32 }
            checkpoint: { everySteps: 10, keep: 3 }
            """);
    }

    public string Folder { get; }

    public string Recipe { get; }

    public string Runs => Path.Combine(Folder, "runs");

    public string Run(string id) => Path.Combine(Runs, id);

    public string Checkpoint(string id, int step) => Path.Combine(Run(id), "checkpoints", $"step-{step:D8}");

    public byte[] Weights(string id, int step, string file = "model.safetensors") => File.ReadAllBytes(Path.Combine(Checkpoint(id, step), file));

    /// <summary>Arguments of a training of so many steps.</summary>
    public string[] Train(string id, int steps, params string[] more) =>
        ["train", Recipe, "--runs", Runs, "--id", id, "--set", $"train.maxSteps={steps}", .. more];

    /// <summary>Writes the training images as a tar, in the folder's order: as a source it gives the same samples.</summary>
    public void WriteTar(string path)
    {
        string folder = Path.Combine(Folder, "train");
        using FileStream file = File.Create(path);
        using var writer = new TarWriter(file, TarEntryFormat.Ustar);
        using ISampleSource source = SampleSources.Open(folder);
        for (long i = 0; i < source.Count; i++)
        {
            writer.WriteEntry(source.NameOf(i), Path.GetRelativePath(folder, source.NameOf(i)));
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Write(string part, int perClass, int seed)
    {
        var random = new Random(seed);
        for (int label = 0; label < Classes; label++)
        {
            string folder = Path.Combine(Folder, part, $"class{label}");
            Directory.CreateDirectory(folder);
            for (int i = 0; i < perClass; i++)
            {
                var pixels = new byte[3 * 20 * 20];
                random.NextBytes(pixels);
                for (int at = label; at < pixels.Length; at += 3)
                {
                    pixels[at] = 250;
                }

                using Image image = Image.NewFromMemory(pixels, 20, 20, 3, Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
                File.WriteAllBytes(Path.Combine(folder, $"{i}.jpg"), image.JpegsaveBuffer(q: 90));
            }
        }
    }
}
