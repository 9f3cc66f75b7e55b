using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Tests.Sources;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Shards;

/// <summary>A small data set of everything that a source may hold: JPEGs of the golden vectors, a PNG named like a JPEG, a
/// truncated one, one byte, and none. And packs of it.</summary>
public sealed class ShardSet : IDisposable
{
    /// <summary>So small that each pack has several payload files.</summary>
    public const long ShardSize = 150_000;

    private readonly TestFolder _folder = new();

    public ShardSet(int repeat = 3)
    {
        string[] jpegs = [.. Directory.GetFiles(TestPaths.GoldenFile("resize", "jpeg")).Order(StringComparer.Ordinal)];
        byte[] png = File.ReadAllBytes(TestPaths.GoldenFile("augment", "input0.png"));
        for (int i = 0; i < repeat; i++)
        {
            foreach ((string file, int number) in jpegs.Select((file, number) => (file, number)))
            {
                Write($"class {(number + i) % 5}/sub/{i}{Path.GetFileName(file)}", File.ReadAllBytes(file));
            }

            byte[] whole = File.ReadAllBytes(jpegs[i % jpegs.Length]);
            // Turned by its EXIF, which coefficients do not have: the index must.
            Write($"class 0/{i}turned.jpg", OrientationSegment.Insert(File.ReadAllBytes(jpegs[(i + 5) % jpegs.Length]), 6 + (i % 3)));
            Write($"class 1/{i}png.jpg", png);
            Write($"class 2/{i}cut.jpg", whole.AsSpan(0, whole.Length / 2));
            Write($"class 3/{i}one.jpg", [(byte)i]);
            Write($"class 4/{i}none.jpg", []);
        }
    }

    public string Folder => _folder.Path;

    public string SourcePath => Path.Combine(_folder.Path, "source");

    public string At(string name) => Path.Combine(_folder.Path, name);

    public ISampleSource Open() => SampleSources.Open(SourcePath);

    public static PackOptions Options(ShardPayload payload) => new() { Payload = payload, ShardSize = ShardSize };

    /// <summary>Packs, and gives the folder.</summary>
    public string Pack(string name, ShardPayload payload, int workers = 2)
    {
        Pack(name, payload, TestContext.Current.CancellationToken, workers);
        return At(name);
    }

    /// <summary>Packs until it is stopped.</summary>
    public void Pack(string name, ShardPayload payload, CancellationToken stop, int workers = 2)
    {
        using ISampleSource source = Open();
        ShardPacker.Pack(source, At(name), Options(payload), workers, null, stop);
    }

    /// <summary>All files of a folder and their bytes.</summary>
    public static SortedDictionary<string, byte[]> Files(string folder) =>
        new(Directory.GetFiles(folder).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes), StringComparer.Ordinal);

    public static void AssertSame(string expected, string actual)
    {
        SortedDictionary<string, byte[]> one = Files(expected), other = Files(actual);
        Assert.Equal(one.Keys, other.Keys);
        Assert.All(one, file => Assert.True(file.Value.AsSpan().SequenceEqual(other[file.Key]), $"{file.Key} differs"));
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string name, ReadOnlySpan<byte> content) => _folder.File(Path.Combine("source", name), content);
}
