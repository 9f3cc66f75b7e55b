using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using CsCheck;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

public sealed class SampleSourcesTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void NaturalOrderIsThatOfTheGoldenFolders()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(TestPaths.GoldenFile("eval", "eval.json")));
        JsonElement order = golden.RootElement.GetProperty("folder_order");
        string[] names = [.. Enumerable.Range(0, 1000).Select(i => $"{i}")];
        string[] natural = [.. names.Order(StringComparer.Ordinal).Order(NaturalOrder.Instance)];
        Assert.Equal(order.GetProperty("natural_first").EnumerateArray().Select(name => name.GetString()), natural.Take(order.GetProperty("natural_first").GetArrayLength()));
        Assert.All(order.GetProperty("natural_index_of").EnumerateObject(), entry => Assert.Equal(entry.Value.GetInt32(), Array.IndexOf(natural, entry.Name)));
    }

    [Theory]
    [InlineData("a/b.tar?holdout=5&part=train", "a/b.tar", "?holdout=5&part=train")]
    [InlineData("../b?repeat=2", "../b", "?repeat=2")]
    [InlineData("b", "b", "")]
    public void ARootedPathIsWholeAndKeepsItsOptions(string location, string path, string options) =>
        Assert.Equal(Path.GetFullPath(path) + options, SampleSources.Rooted(location));

    [Theory]
    [InlineData("")]
    [InlineData("demo:train?holdout=5&part=train")]
    public void WhatIsNoPathIsNotRooted(string location) => Assert.Equal(location, SampleSources.Rooted(location));

    [Fact]
    public void NaturalOrderIsAnOrder()
    {
        Gen<string> name = Gen.String[Gen.Char["aAb019 ."], 0, 8];
        Gen.Select(name, name, name).Sample((a, b, c) =>
        {
            int ab = Math.Sign(NaturalOrder.Instance.Compare(a, b)), bc = Math.Sign(NaturalOrder.Instance.Compare(b, c));
            Assert.Equal(-ab, Math.Sign(NaturalOrder.Instance.Compare(b, a)));
            Assert.Equal(ab == 0, a == b);
            if (ab == bc)
            {
                Assert.Equal(ab, Math.Sign(NaturalOrder.Instance.Compare(a, c)));
            }
        });
    }

    [Fact]
    public void AFolderIsReadInNaturalOrder()
    {
        _folder.File("set/n10/b.jpg", [1]);
        _folder.File("set/n9/10.jpg", [2, 2]);
        _folder.File("set/n9/9.PNG", [3, 3, 3]);
        _folder.File("set/n9/deep/1.jpeg", [4]);
        _folder.File("set/n9/notes.txt", [5]);
        _folder.File("set/.hidden/1.jpg", [6]);
        using ISampleSource source = SampleSources.Open(Path.Combine(_folder.Path, "set"));
        Assert.Equal(["n9", "n10"], source.ClassNames);
        Assert.Equal([0, 0, 0, 1], Enumerable.Range(0, (int)source.Count).Select(i => source.LabelOf(i)));
        Assert.Equal(["030303", "0202", "04", "01"], Contents(source));
        Assert.EndsWith("9.PNG", source.NameOf(0), StringComparison.Ordinal);
    }

    [Fact]
    public void AnEmptyClassFolderIsNamed()
    {
        _folder.File("set/full/b.jpg", [1]);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "set", "empty"));
        var error = Assert.Throws<UserErrorException>(() => SampleSources.Open(Path.Combine(_folder.Path, "set")));
        Assert.Contains(Path.Combine("set", "empty"), error.Message, StringComparison.Ordinal);
        Assert.Contains("without images", error.Message, StringComparison.Ordinal);
        Assert.Contains("has no folders", Assert.Throws<UserErrorException>(() => SampleSources.Open(Path.Combine(_folder.Path, "set", "full"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void IdxFilesAreReadPlainAndPacked(bool packed)
    {
        string images = Idx("t-images-idx3-ubyte", [4, 2, 3], [.. Enumerable.Range(0, 24).Select(i => (byte)i)], packed);
        Idx("t-labels-idx1-ubyte", [4], [3, 0, 1, 3], packed);
        using ISampleSource source = SampleSources.Open(images);
        using var sample = new EncodedSample();
        Assert.Equal(4, source.Count);
        Assert.Equal(["0", "1", "2", "3"], source.ClassNames);
        Assert.Equal([3, 0, 1, 3], Enumerable.Range(0, 4).Select(i => source.LabelOf(i)));
        source.Read(2, sample);
        Assert.Equal((PayloadKind.RawGrey, 3, 2), (sample.Kind, sample.Width, sample.Height));
        Assert.Equal([12, 13, 14, 15, 16, 17], sample.Bytes.ToArray());
    }

    [Theory]
    [InlineData("no labels", "missing; it holds the labels of")]
    [InlineData("other count", "do not belong together")]
    [InlineData("truncated", "truncated: it should have 40 bytes and has 39")]
    [InlineData("labels named", "Name the image file")]
    public void IdxFilesSayWhatIsWrong(string what, string message)
    {
        string images = Idx("t-images-idx3-ubyte", [4, 2, 3], new byte[what == "truncated" ? 23 : 24], false);
        string labels = Path.Combine(_folder.Path, "t-labels-idx1-ubyte");
        if (what != "no labels")
        {
            Idx("t-labels-idx1-ubyte", [what == "other count" ? 3 : 4], new byte[4], false);
        }

        if (what == "labels named")
        {
            images = Idx("images-idx1-ubyte", [4], new byte[4], false);
            Idx("labels-idx1-ubyte", [4], new byte[4], false);
        }

        var error = Assert.Throws<UserErrorException>(() => SampleSources.Open(images));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(what is "no labels" or "other count" ? labels : images, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BothSidesOfASplitMakeTheWhole()
    {
        string images = Idx("t-images-idx3-ubyte", [200, 1, 1], [.. Enumerable.Range(0, 200).Select(i => (byte)i)], false);
        Idx("t-labels-idx1-ubyte", [200], [.. Enumerable.Range(0, 200).Select(i => (byte)(i % 7))], false);
        Gen.Int[1, 199].Sample(count =>
        {
            using ISampleSource train = SampleSources.Open($"{images}?holdout={count}&part=train");
            using ISampleSource held = SampleSources.Open($"{images}?part=holdout&holdout={count}");
            Assert.Equal(count, held.Count);
            string[] both = [.. Contents(train), .. Contents(held)];
            Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i:X2}"), both.Order(StringComparer.Ordinal));
            using var sample = new EncodedSample();
            held.Read(0, sample);
            Assert.Equal(sample.Bytes[0] % 7, held.LabelOf(0));
        }, iter: 20, threads: 1);
        using ISampleSource twice = SampleSources.Open($"{images}?repeat=3");
        Assert.Equal(600, twice.Count);
        Assert.Equal(twice.LabelOf(5), twice.LabelOf(405));
    }

    [Theory]
    [InlineData("?holdout=5", "belong together")]
    [InlineData("?part=train", "belong together")]
    [InlineData("?part=both&holdout=5", "part is train or holdout")]
    [InlineData("?holdout=x&part=train", "a whole number from 1 is wanted")]
    [InlineData("?repeat=0", "a whole number from 1 is wanted")]
    [InlineData("?shuffle=1", "unknown option 'shuffle'; known are holdout, part, repeat, path, label, devkit")]
    [InlineData("?holdout=4&part=train", "4 samples cannot be held out of 4")]
    public void OptionsSayWhatIsWrong(string options, string message)
    {
        string images = Idx("t-images-idx3-ubyte", [4, 1, 1], new byte[4], false);
        Idx("t-labels-idx1-ubyte", [4], new byte[4], false);
        Assert.Contains(message, Assert.Throws<UserErrorException>(() => SampleSources.Open(images + options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ClassesAreAlignedByName()
    {
        foreach (string name in (string[])["train/a/1.jpg", "train/b/1.jpg", "train/c/1.jpg", "val/c/1.jpg", "val/a/2.jpg", "other/d/1.jpg"])
        {
            _folder.File(name, [1]);
        }

        using ISampleSource train = SampleSources.Open(Path.Combine(_folder.Path, "train"));
        using ISampleSource val = ClassMap.Align(SampleSources.Open(Path.Combine(_folder.Path, "val")), train);
        Assert.Equal(train.ClassNames, val.ClassNames);
        Assert.Equal([0, 2], Enumerable.Range(0, 2).Select(i => val.LabelOf(i)));
        var error = Assert.Throws<UserErrorException>(() => ClassMap.Align(SampleSources.Open(Path.Combine(_folder.Path, "other")), train));
        Assert.Contains("'d'", error.Message, StringComparison.Ordinal);
    }

    private string Idx(string name, int[] shape, byte[] values, bool packed)
    {
        var header = new byte[4 + 4 * shape.Length];
        header[2] = 8;
        header[3] = (byte)shape.Length;
        for (int i = 0; i < shape.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), shape[i]);
        }

        byte[] content = [.. header, .. values];
        if (!packed)
        {
            return _folder.File(name, content);
        }

        using var memory = new MemoryStream();
        using (var zip = new GZipStream(memory, CompressionLevel.Fastest))
        {
            zip.Write(content);
        }

        return _folder.File(name + ".gz", memory.ToArray());
    }

    private static string[] Contents(ISampleSource source)
    {
        using var sample = new EncodedSample();
        return [.. Enumerable.Range(0, (int)source.Count).Select(i =>
        {
            source.Read(i, sample);
            return Convert.ToHexString(sample.Bytes);
        })];
    }
}
