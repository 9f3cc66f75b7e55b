using System.Buffers.Binary;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Model.Tests.Training;

/// <summary>A real data set of a few hundred tiny grey images (bars of ten kinds, with noise) as IDX files in a folder of its own.</summary>
internal sealed class TinyData : IDisposable
{
    public const int Side = 16;

    public TinyData(int train = 96, int val = 40)
    {
        Directory.CreateDirectory(Folder);
        Write("train", train, 1);
        Write("val", val, 2);
    }

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "streamtrainer-tests-" + Guid.NewGuid().ToString("N"));

    public string Train => Path.Combine(Folder, "train-images-idx3-ubyte");

    public string Val => Path.Combine(Folder, "val-images-idx3-ubyte");

    /// <summary>A recipe that trains a small network on it in a second or two.</summary>
    public Recipe Recipe(long maxSteps = 20) => new()
    {
        Model = new() { Name = "resnet20_cifar", DropPath = 0.1 },
        Data = new() { Train = Train, Val = Val, Workers = 2, Readers = 1 },
        Augment = new() { Size = Side, Crop = Pipeline.Options.CropMode.PadShift, Padding = 2 },
        Eval = new() { Size = Side, CropPct = 1.0, BatchSize = 16 },
        Mix = new() { Mixup = 0.2, Cutmix = 1.0 },
        Loss = new() { Smoothing = 0.1 },
        Optimizer = new() { Lr = 0.05, WeightDecay = 1e-4 },
        Schedule = new() { PerStep = true },
        Ema = new() { Decay = 0.9 },
        Train = new() { Epochs = 4, BatchSize = 8, MaxSteps = maxSteps, Seed = 7, Threads = 1, Precision = Model.Precision.PrecisionMode.Fp32 },
        Checkpoint = new() { EveryEpochs = null, EverySteps = null, Keep = 100 },
    };

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Write(string part, int count, int seed)
    {
        var random = new Random(seed);
        byte[] images = new byte[16 + count * Side * Side], labels = new byte[8 + count];
        BinaryPrimitives.WriteInt32BigEndian(images, 0x0803);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(4), count);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(8), Side);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(12), Side);
        BinaryPrimitives.WriteInt32BigEndian(labels, 0x0801);
        BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(4), count);
        for (int i = 0; i < count; i++)
        {
            int label = i % 10;
            labels[8 + i] = (byte)label;
            for (int y = 0; y < Side; y++)
            {
                for (int x = 0; x < Side; x++)
                {
                    bool bar = label < 5 ? y / 3 == label : x / 3 == label - 5;
                    images[16 + (i * Side + y) * Side + x] = (byte)(random.Next(60) + (bar ? 180 : 0));
                }
            }
        }

        File.WriteAllBytes(Path.Combine(Folder, part + "-images-idx3-ubyte"), images);
        File.WriteAllBytes(Path.Combine(Folder, part + "-labels-idx1-ubyte"), labels);
    }
}
