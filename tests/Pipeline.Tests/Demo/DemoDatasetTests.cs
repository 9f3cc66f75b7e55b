using System.Formats.Tar;
using System.Security.Cryptography;
using NetVips;
using StreamTrainer.Pipeline.Demo;
using StreamTrainer.Pipeline.Files;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Demo;

public sealed class DemoDatasetTests
{
    /// <summary>Pinned, because every published figure of the demo is one of exactly these images: whoever changes what is
    /// painted raises <see cref="DemoClasses.Version"/> and puts the new hash here.</summary>
    private const string PixelHash = "ffbe8d76bc02150b1431a4f3f9a46422bea55e2854b48f495088ab9bef821583";

    [Fact]
    public void Pixels_are_the_same_on_every_machine()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (DemoPart part in Enum.GetValues<DemoPart>())
        {
            for (int index = 0; index < 40; index++)
            {
                hash.AppendData(DemoPainter.Paint(DemoScene.Draw(part, index)));
            }
        }

        Assert.Equal(PixelHash, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void Sizes_places_and_colours_vary()
    {
        DemoScene[] scenes = [.. Enumerable.Range(0, 500).Select(index => DemoScene.Draw(DemoPart.Train, index))];
        Assert.True(scenes.Select(scene => scene.Size).Distinct().Count() > 300);
        Assert.All(scenes, scene => Assert.InRange(scene.Size.Width, 72, 128));
        Assert.All(scenes, scene => Assert.InRange(scene.Size.Height, 72, 128));
        Assert.True(scenes.Select(scene => (int)scene.CenterX).Distinct().Count() > 30);
        Assert.True(scenes.Max(scene => scene.Radius) > 1.7 * scenes.Min(scene => scene.Radius));
        Assert.Equal(scenes.Length, scenes.Select(scene => scene.First).Distinct().Count());
    }

    [Fact]
    public void A_class_is_its_own_mirror_image()
    {
        foreach (DemoShape shape in Enum.GetValues<DemoShape>())
        {
            for (int i = 0; i < 400; i++)
            {
                double x = i % 20 / 10.0 - 1, y = i / 20 / 10.0 - 1;
                Assert.Equal(DemoShapes.Distance(shape, x, y), DemoShapes.Distance(shape, -x, y), 12);
            }
        }
    }

    [Theory]
    [InlineData("train", 5000)]
    [InlineData("val", 1000)]
    public void The_archive_holds_as_many_readable_images_of_every_class(string part, int count)
    {
        var classes = new Dictionary<string, int>();
        var sizes = new HashSet<(int, int)>();
        var contents = new HashSet<string>();
        using var reader = new TarReader(File.OpenRead(DemoDataset.Ensure(part)));
        int entries = 0;
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            string[] path = entry.Name.Split('/');
            Assert.Equal(3, path.Length);
            Assert.Equal(part, path[0]);
            Assert.EndsWith(".jpg", path[2], StringComparison.Ordinal);
            classes[path[1]] = classes.GetValueOrDefault(path[1]) + 1;
            using var bytes = new MemoryStream();
            entry.DataStream!.CopyTo(bytes);
            Assert.True(contents.Add(Convert.ToHexString(SHA256.HashData(bytes.ToArray()))), $"{entry.Name} is there twice");
            if (entries++ % 23 == 0)
            {
                using Image image = Image.NewFromBuffer(bytes.ToArray());
                Assert.Equal(3, image.Bands);
                Assert.True(image.Avg() > 0);
                sizes.Add((image.Width, image.Height));
            }
        }

        Assert.Equal(count, entries);
        Assert.Equal(DemoClasses.Names.Order(), classes.Keys.Order());
        Assert.All(classes.Values, of => Assert.Equal(count / DemoClasses.Count, of));
        Assert.True(sizes.Count > 20);
    }

    [Fact]
    public async Task Many_may_ask_at_once_and_nothing_unfinished_is_left()
    {
        string path = DemoDataset.Ensure("val");
        DateTime written = File.GetLastWriteTimeUtc(path);
        string[] paths = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => DemoDataset.Ensure("val"))));
        Assert.All(paths, each => Assert.Equal(path, each));
        Assert.Equal(written, File.GetLastWriteTimeUtc(path));
        Assert.StartsWith(DataCache.Root, path, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_part_is_named_with_the_known_ones()
    {
        var error = Assert.Throws<UserErrorException>(() => DemoDataset.Ensure("test"));
        Assert.Contains("demo:test", error.Message, StringComparison.Ordinal);
        Assert.Contains("demo:train", error.Message, StringComparison.Ordinal);
        Assert.Contains("demo:val", error.Message, StringComparison.Ordinal);
    }
}
