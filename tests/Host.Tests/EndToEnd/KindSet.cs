using StreamTrainer.Tests;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>The same few images as every kind of source, with a recipe that trains a small network on them, and a place for runs.</summary>
internal sealed class KindSet : ImageKinds
{
    private const int Side = 32;

    public KindSet(IEnumerable<byte[]> images, string extension = ".JPEG") : base(images, extension)
    {
        Recipe = At("recipe.yaml");
        File.WriteAllText(Recipe, $$"""
            model: { name: resnet20_cifar }
            data: { train: "{{Folder}}" }
            augment: { size: {{Side}} }
            optimizer: { name: sgd, lr: 0.01 }
            train: { epochs: 4, batchSize: 6, seed: 3, threads: 1, precision: fp32 }
            """);
    }

    public string Recipe { get; }

    public string Runs => At("runs");

    /// <summary>Arguments of a training from a source.</summary>
    public string[] Train(string id, string location, params string[] more) =>
        ["train", Recipe, "--runs", Runs, "--id", id, "--set", $"data.train={location}", .. more];

    /// <summary>The weights that a completed run came to.</summary>
    public byte[] Weights(string id) =>
        File.ReadAllBytes(System.IO.Path.Combine(Directory.GetDirectories(System.IO.Path.Combine(Runs, id, "checkpoints")).Order(StringComparer.Ordinal).Last(), "model.safetensors"));

    /// <summary>Our shards of the folder.</summary>
    public string Pack(string payload)
    {
        (int code, _, string error) = Executable.Run("pack", Folder, At($"pack-{payload}"), "--payload", payload, "--shard-size", "1MiB", "--quiet");
        return code == 0 ? At($"pack-{payload}") : throw new InvalidOperationException(error);
    }
}
