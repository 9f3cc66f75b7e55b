using System.Formats.Tar;
using NetVips;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>The real program trains from every kind of source; of the same images in the same order the weights are the same, bit
/// for bit.</summary>
public sealed class SourceKindTests
{
    private const int Images = 30;

    [Fact]
    public async Task WeightsAreTheSameFromEveryKind()
    {
        using var set = new KindSet(RealImages());
        byte[] weights = Trained(set, "folder", set.Folder);
        string tar = set.Tar(), csv = set.Csv(), parquet = await set.Parquet();
        List<(string Id, string Location)> kinds =
        [
            ("tar", tar), ("cls", set.WebDataset(json: false)), ("json", set.WebDataset(json: true)),
            ("csv", csv), ("jsonl", set.JsonLines()), ("parquet", parquet),
            ("imagenet-train", set.ImageNetTraining()), ("imagenet-val", set.ImageNetValidation(tar: false)), ("imagenet-val-tar", set.ImageNetValidation(tar: true)),
            ("copy", set.Pack("copy")), ("indexed", set.Pack("indexed")), ("coefficients", set.Pack("coefficients")),
        ];
        foreach ((string id, string location) in kinds)
        {
            Assert.True(weights.AsSpan().SequenceEqual(Trained(set, id, location)), id);
        }

        // Over a network, by ranges; RemoteTrainingTests has the shards.
        using var server = new RangeServer();
        string[] files = [tar, parquet, .. Directory.GetFiles(set.Path, "cls-*.tar")];
        foreach (string file in files)
        {
            string path = Path.GetRelativePath(set.Path, file);
            server.Files[$"/{path}"] = server.Files[$"/bucket/{path}"] = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        }

        var environment = new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = "KEYID0454",
            ["AWS_SECRET_ACCESS_KEY"] = "secret0454",
            ["AWS_ENDPOINT_URL"] = server.Address,
            ["AWS_REGION"] = "us-east-1",
        };
        foreach ((string id, string location) in (ReadOnlySpan<(string, string)>)
            [
                ("http-tar", $"{server.Address}/plain.tar"), ("http-cls", $"{server.Address}/cls-{{000..003}}.tar"),
                ("http-parquet", $"{server.Address}/rows.parquet"), ("s3-tar", "s3://bucket/plain.tar"),
            ])
        {
            Assert.True(weights.AsSpan().SequenceEqual(Trained(set, id, location, environment)), id);
        }
    }

    /// <summary>IDX holds pixels, so it is compared with files that lose none of them.</summary>
    [Fact]
    public void WeightsAreTheSameFromIdxAndFromFilesOfItsPixels()
    {
        const int Side = 48;
        List<byte[]> pixels = [], files = [];
        foreach (byte[] image in RealImages())
        {
            using Image whole = Image.ThumbnailBuffer(image, Side, height: Side, crop: Enums.Interesting.Centre);
            using Image rgb = whole.Colourspace(Enums.Interpretation.Srgb);
            pixels.Add(rgb.WriteToMemory<byte>());
            files.Add(rgb.PngsaveBuffer());
        }

        using var set = new KindSet(files, ".png");
        Assert.Equal(Trained(set, "folder", set.Folder), Trained(set, "idx", set.Idx(pixels, Side)));
    }

    /// <summary>Data sets for transfer as they are published, against a list of the same images in the same order.</summary>
    [Fact]
    public void WeightsAreTheSameFromEveryPublishedLayout()
    {
        byte[][] images = [.. Directory.GetFiles(TestPaths.GoldenFile("resize", "jpeg"), "*.JPEG").Order(StringComparer.Ordinal).Take(PublishedSets.All).Select(File.ReadAllBytes)];
        Assert.Equal(PublishedSets.All, images.Length);
        List<byte[]> pixels = [], files = [];
        foreach (byte[] image in images)
        {
            using Image whole = Image.ThumbnailBuffer(image, 32, height: 32, crop: Enums.Interesting.Centre, size: Enums.Size.Force);
            using Image rgb = whole.Colourspace(Enums.Interpretation.Srgb);
            pixels.Add(rgb.WriteToMemory<byte>());
            files.Add(rgb.PngsaveBuffer());
        }

        using var set = new KindSet(images[..3]);
        var published = new PublishedSets(set.Path, images);
        byte[] ofFiles = Few("list-files", published.List(images, ".jpg")), ofPixels = Few("list-pixels", published.List(files, ".png"));
        foreach ((string id, string location, byte[] weights) in (ReadOnlySpan<(string, string, byte[])>)
            [
                ("flowers", $"{published.Flowers()}?split=trainval", ofFiles), ("cars", $"{published.Cars()}?split=train", ofFiles),
                ("cars-in-one", $"{published.CarsInOne()}?split=train", ofFiles), ("inat", published.Naturalist(), ofFiles),
                ("cifar10", published.Cifar(false, pixels), ofPixels), ("cifar100", published.Cifar(true, pixels), ofPixels),
            ])
        {
            Assert.True(weights.AsSpan().SequenceEqual(Few(id, location)), id);
        }

        byte[] Few(string id, string location)
        {
            (int code, _, string error) = Executable.Run(set.Train(id, location, "--set", "train.maxSteps=2", "--set", "train.batchSize=4"));
            Assert.True(code == 0, $"{id}: {error}");
            return set.Weights(id);
        }
    }

    private static List<byte[]> RealImages()
    {
        string tar = TestPaths.DataFile("imagenet-sample-500.tar");
        Assert.SkipUnless(File.Exists(tar), $"needs {tar} (STREAMTRAINER_DATA)");
        using FileStream file = File.OpenRead(tar);
        using var reader = new TarReader(file);
        var images = new List<byte[]>();
        while (images.Count < Images && reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is { } content)
            {
                var image = new byte[entry.Length];
                content.ReadExactly(image);
                images.Add(image);
            }
        }

        return images;
    }

    private static byte[] Trained(KindSet set, string id, string location, IReadOnlyDictionary<string, string>? environment = null)
    {
        (int code, _, string error) = Executable.Run(environment ?? new Dictionary<string, string>(), set.Train(id, location, "--set", "train.maxSteps=3"));
        Assert.True(code == 0, $"{id}: {error}");
        return set.Weights(id);
    }
}
