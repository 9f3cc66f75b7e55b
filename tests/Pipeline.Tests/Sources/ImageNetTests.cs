using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

/// <summary>ImageNet's validation images with its development kit. The <c>.mat</c> files were written by SciPy 1.10, with five
/// synsets whose numbers are not in the order of their names and an inner one, as in the real file.</summary>
public sealed class ImageNetTests : IDisposable
{
    private const string Truth = "ILSVRC2012_validation_ground_truth.txt";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("meta.mat", false, false)]
    [InlineData("meta-plain.mat", true, true)]
    [InlineData("meta.mat", true, false)]
    public void ImagesHaveTheSynsetsOfTheKit(string meta, bool tar, bool packed)
    {
        string devkit = Devkit(meta, "3\n1\n5\n2\n", packed);
        string images = Images(tar, [2, 10, 1, 3, 4], 4);
        using ISampleSource source = SampleSources.Open($"{images}?devkit={devkit}");
        Assert.Equal(["n01", "n03", "n04", "n05"], source.ClassNames);
        // By their numbers, whatever order they are stored in.
        Dictionary<int, string> synsets = new() { [1] = "n05", [2] = "n03", [3] = "n04", [4] = "n01" };
        using var sample = new EncodedSample();
        Assert.Equal(4, source.Count);
        for (int i = 0; i < 4; i++)
        {
            source.Read(i, sample);
            Assert.Equal(synsets[sample.Bytes[0]], source.ClassNames[source.LabelOf(i)]);
            Assert.EndsWith($"ILSVRC2012_val_{sample.Bytes[0]:D8}.JPEG", source.NameOf(i), StringComparison.Ordinal);
        }

        Assert.Equal($"{Path.GetFullPath("a")}?devkit={Path.GetFullPath("b")}", SampleSources.Rooted("a?devkit=b"));
    }

    [Fact]
    public void ValuesOfAMatFileAreThoseThatSciPyWrote()
    {
        byte[] plain = File.ReadAllBytes(Data("meta-plain.mat"));
        IReadOnlyDictionary<string, object>[] entries = [.. MatFile.Structures(plain, "synsets")];
        Assert.Equal([1.0, 2, 3, 4, 5, 1001], entries.Select(entry => (double)entry["ILSVRC2012_ID"]));
        Assert.Equal(["n03", "n01", "n05", "n02", "n04", "n99"], entries.Select(entry => entry["WNID"]));
        Assert.Equal("long words, of the first", entries[0]["words"]);
        Assert.Equal(1300.0, entries[0]["num_train_images"]);
        Assert.Throws<InvalidDataException>(() => MatFile.Structures(plain, "nothing"));
        // However it is cut or changed, it is an error or a value, and nothing worse.
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bad = i % 2 == 0 ? plain[..random.Next(plain.Length)] : [.. plain];
            if (i % 2 == 1)
            {
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            }

            try
            {
                MatFile.Structures(bad, "synsets");
            }
            catch (InvalidDataException)
            {
                // Told.
            }
        }
    }

    [Theory]
    [InlineData("3\n1\n", "is no validation image of", "which knows the numbers 1 to 2")]
    [InlineData("3\n1\nx\n", "line 3 of " + Truth + " is 'x'", "")]
    [InlineData("3\n1\n7\n", "line 3 of " + Truth + " is '7', which is no class of meta.mat", "")]
    public void WhatDoesNotBelongTogetherIsSaid(string truth, string message, string more)
    {
        string images = Images(false, [3], 1);
        var error = Assert.Throws<UserErrorException>(() => SampleSources.Open($"{images}?devkit={Devkit("meta.mat", truth, false)}"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(more, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AKitThatIsNoneIsSaid()
    {
        string images = Images(false, [3], 1);
        Assert.Contains("has no meta.mat", Assert.Throws<UserErrorException>(() => SampleSources.Open($"{images}?devkit={_folder.Path}")).Message, StringComparison.Ordinal);
        string text = _folder.File("kit.tar.gz", "text"u8);
        Assert.Contains("cannot be read as ImageNet's development kit", Assert.Throws<UserErrorException>(() => SampleSources.Open($"{images}?devkit={text}")).Message, StringComparison.Ordinal);
    }

    private static string Data(string name) => Path.Combine(TestPaths.Repository, "tests", "Pipeline.Tests", "Sources", "Data", name);

    private string Devkit(string meta, string truth, bool packed)
    {
        string folder = Path.Combine(_folder.Path, "ILSVRC2012_devkit_t12", "data");
        Directory.CreateDirectory(folder);
        File.Copy(Data(meta), Path.Combine(folder, "meta.mat"), overwrite: true);
        File.WriteAllText(Path.Combine(folder, Truth), truth, Encoding.ASCII);
        if (!packed)
        {
            return Path.GetDirectoryName(folder)!;
        }

        string path = Path.Combine(_folder.Path, "devkit.tar.gz");
        using FileStream file = File.Create(path);
        using var zip = new GZipStream(file, CompressionLevel.Fastest);
        TarFile.CreateFromDirectory(Path.GetDirectoryName(folder)!, zip, includeBaseDirectory: true);
        return path;
    }

    /// <summary>So many images of these, each holding its number.</summary>
    private string Images(bool tar, int[] numbers, int most)
    {
        string path = Path.Combine(_folder.Path, tar ? "ILSVRC2012_img_val.tar" : "val");
        int[] some = [.. numbers.Where(number => number <= most || numbers.Length == 1)];
        if (!tar)
        {
            foreach (int number in some)
            {
                _folder.File($"val/ILSVRC2012_val_{number:D8}.JPEG", [(byte)number]);
            }

            return path;
        }

        using FileStream file = File.Create(path);
        using var writer = new TarWriter(file, TarEntryFormat.Ustar);
        foreach (int number in some)
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"ILSVRC2012_val_{number:D8}.JPEG") { DataStream = new MemoryStream([(byte)number]) });
        }

        return path;
    }
}
