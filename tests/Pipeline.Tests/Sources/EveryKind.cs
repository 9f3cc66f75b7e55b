using System.Collections.Concurrent;
using NetVips;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Tests;

namespace StreamTrainer.Pipeline.Tests.Sources;

/// <summary>Two small data sets as every kind of source: JPEGs of many sizes with one sample that is none, and pixels of one size, for
/// IDX. Sources are opened once, and used by any number of pipelines.</summary>
public sealed class EveryKind : IDisposable
{
    private const int Count = 24, PixelSide = 20;

    private readonly ImageKinds _jpegs, _pixels;
    private readonly RangeServer _server = new();
    private readonly ConcurrentDictionary<string, ISampleSource> _open = new();

    public EveryKind()
    {
        var random = new Random(1);
        _jpegs = new ImageKinds(Enumerable.Range(0, Count).Select(i => i == 7 ? "no image"u8.ToArray() : Noise(random, 20 + random.Next(30), 20 + random.Next(30)).Jpeg));
        List<(byte[] Rgb, byte[] Png, byte[] Jpeg)> same = [.. Enumerable.Range(0, Count).Select(_ => Noise(random, PixelSide, PixelSide))];
        _pixels = new ImageKinds(same.Select(each => each.Png), ".png");
        Locations = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["folder"] = _jpegs.Folder,
            ["tar"] = _jpegs.Tar(),
            ["cls"] = _jpegs.WebDataset(json: false),
            ["json"] = _jpegs.WebDataset(json: true),
            ["imagenet-train"] = _jpegs.ImageNetTraining(),
            ["imagenet-val"] = _jpegs.ImageNetValidation(tar: false),
            ["imagenet-val-tar"] = _jpegs.ImageNetValidation(tar: true),
            ["csv"] = _jpegs.Csv(),
            ["jsonl"] = _jpegs.JsonLines(),
            ["parquet"] = _jpegs.Parquet().GetAwaiter().GetResult(),
            ["shards-copy"] = Pack(_jpegs, ShardPayload.Copy),
            ["shards-indexed"] = Pack(_jpegs, ShardPayload.Indexed),
            ["shards-coefficients"] = Pack(_jpegs, ShardPayload.Coefficients),
            ["http-tar"] = $"{_server.Address}/plain.tar",
            ["http-cls"] = $"{_server.Address}/cls-{{000..003}}.tar",
            ["http-parquet"] = $"{_server.Address}/rows.parquet",
            ["http-shards"] = $"{_server.Address}/Coefficients/index.msgpack",
            ["pixels"] = _pixels.Folder,
            ["idx"] = _pixels.Idx([.. same.Select(each => each.Rgb)], PixelSide),
            ["pixels-shards"] = Pack(_pixels, ShardPayload.Coefficients),
        };
        foreach (string file in Directory.GetFiles(_jpegs.Path, "*", SearchOption.AllDirectories))
        {
            _server.Files[$"/{Path.GetRelativePath(_jpegs.Path, file)}"] = File.ReadAllBytes(file);
        }
    }

    /// <summary>The kinds by name: those of the JPEGs, and of the pixels.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "folder", "tar", "cls", "json", "imagenet-train", "imagenet-val", "imagenet-val-tar", "csv", "jsonl", "parquet", "shards-copy", "shards-indexed",
        "shards-coefficients", "http-tar", "http-cls", "http-parquet", "http-shards", "idx", "pixels-shards",
    ];

    public IReadOnlyDictionary<string, string> Locations { get; }

    /// <summary>The image folder with the same samples as a kind.</summary>
    public static string FolderOf(string kind) => kind is "idx" or "pixels-shards" ? "pixels" : "folder";

    /// <summary>A kind of source, with a location's options (<c>repeat=3</c>, or none).</summary>
    public ISampleSource Open(string kind, string options)
    {
        string location = Locations[kind];
        return _open.GetOrAdd(options.Length == 0 ? location : $"{location}{(location.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{options}", whole => SampleSources.Open(whole));
    }

    public void Dispose()
    {
        foreach (ISampleSource source in _open.Values)
        {
            source.Dispose();
        }

        _server.Dispose();
        _jpegs.Dispose();
        _pixels.Dispose();
    }

    private static string Pack(ImageKinds set, ShardPayload payload)
    {
        using ISampleSource source = SampleSources.Open(set.Folder);
        ShardPacker.Pack(source, set.At($"{payload}"), new PackOptions { Payload = payload, ShardSize = 10_000 }, 2, null, CancellationToken.None);
        return set.At($"{payload}");
    }

    private static (byte[] Rgb, byte[] Png, byte[] Jpeg) Noise(Random random, int width, int height)
    {
        var pixels = new byte[3 * width * height];
        random.NextBytes(pixels);
        using Image image = Image.NewFromMemory(pixels, width, height, 3, Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        return (pixels, image.PngsaveBuffer(), image.JpegsaveBuffer(q: 90));
    }
}
