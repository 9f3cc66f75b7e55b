using System.Formats.Tar;
using System.Text;
using CsCheck;
using StreamTrainer.Pipeline.Sources;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

/// <summary>Sets of tars, WebDataset's members, tars in tars.</summary>
public sealed class TarSetTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.tar", "a.tar")]
    [InlineData("{08..11}.tar", "08.tar 09.tar 10.tar 11.tar")]
    [InlineData("x{0..2}y{a,b}", "x0ya x0yb x1ya x1yb x2ya x2yb")]
    [InlineData("s3://b/t-{000..001}.tar", "s3://b/t-000.tar s3://b/t-001.tar")]
    [InlineData("a{b", "a{b")]
    public void BracesAreExpandedAsShellsDo(string text, string expected) => Assert.Equal(expected.Split(' '), BraceList.Expand(text));

    [Theory]
    [InlineData("{5..3}")]
    [InlineData("{a..c}")]
    [InlineData("{}")]
    [InlineData("{0..999999}")]
    public void WhatIsNoListIsAnError(string text) => Assert.Throws<UserErrorException>(() => BraceList.Expand(text));

    [Fact]
    public void ASetIsItsTarsOneAfterTheOther()
    {
        Gen.Int[1, 6].Array[1, 5].Sample(counts =>
        {
            var expected = new List<string>();
            for (int tar = 0; tar < counts.Length; tar++)
            {
                (string, byte[])[] members = [.. Enumerable.Range(0, counts[tar]).Select(i => ($"c{(tar + i) % 3}/{tar}-{i}.jpg", new byte[] { (byte)tar, (byte)i }))];
                Write($"s{tar}.tar", members);
                expected.AddRange(members.Select(member => $"{member.Item1.Split('/')[0]} {Convert.ToHexString(member.Item2)}"));
            }

            using ISampleSource source = SampleSources.Open(counts.Length == 1 ? At("s0.tar") : At($"s{{0..{counts.Length - 1}}}.tar"));
            Assert.Equal(expected, Describe(source));
            Assert.Equal(source.ClassNames.Order(NaturalOrder.Instance), source.ClassNames);
            Assert.EndsWith($"s{counts.Length - 1}.tar:c{(counts.Length + counts[^1] - 2) % 3}/{counts.Length - 1}-{counts[^1] - 1}.jpg", source.NameOf(source.Count - 1), StringComparison.Ordinal);
            Assert.Throws<ArgumentOutOfRangeException>(() => source.LabelOf(source.Count));
        }, iter: 40, threads: 1);
    }

    [Fact]
    public void WebDatasetsMembersNameTheClass()
    {
        Write("w0.tar", [Text("00/a.b.seg.png", "no"), Text("00/a.jpg", "A"), Text("00/a.cls", " 3\n"), Text("b.json", """{"caption": "x", "label": 1}"""), Text("b.png", "B"), Text("b.txt", "text")]);
        Write("w1.tar", [Text("c.cls", "7"), Text("c.jpg", "C"), Text("c.seg.png", "no")]);
        using ISampleSource source = SampleSources.Open(At("w{0..1}.tar"));
        Assert.Equal([$"3 {Hex("A")}", $"1 {Hex("B")}", $"7 {Hex("C")}"], Describe(source));
        // Numbers are kept, also where some have no sample.
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7"], source.ClassNames);
        Assert.Equal([3, 1, 7], Enumerable.Range(0, 3).Select(i => source.LabelOf(i)));

        Write("named.tar", [Text("x.jpg", "X"), Text("x.cls", "dog"), Text("y.jpg", "Y"), Text("y.json", """{"class": "cat"}""")]);
        using ISampleSource named = SampleSources.Open(At("named.tar"));
        Assert.Equal(["cat", "dog"], named.ClassNames);
        Assert.Equal([$"dog {Hex("X")}", $"cat {Hex("Y")}"], Describe(named));
        // By the index from the cache too.
        using ISampleSource again = SampleSources.Open(At("w{0..1}.tar"));
        Assert.Equal(Describe(source), Describe(again));
        Assert.Equal(source.ClassNames, again.ClassNames);
    }

    [Fact]
    public void ATarOfTarsIsReadInPlaceAsImageNetsIs()
    {
        Write("n02.tar", [Text("n02_1.JPEG", "one"), Text("n02_10.JPEG", "ten")]);
        Write("n01.tar", [Text("n01_2.JPEG", "two")]);
        Write("train.tar", [("n02.tar", File.ReadAllBytes(At("n02.tar"))), ("n01.tar", File.ReadAllBytes(At("n01.tar")))]);
        using ISampleSource source = SampleSources.Open(At("train.tar"));
        Assert.Equal(["n01", "n02"], source.ClassNames);
        Assert.Equal([$"n02 {Hex("one")}", $"n02 {Hex("ten")}", $"n01 {Hex("two")}"], Describe(source));
        Assert.EndsWith("train.tar:n02/n02_10.JPEG", source.NameOf(1), StringComparison.Ordinal);
        byte[] cut = File.ReadAllBytes(At("n01.tar"));
        Write("bad.tar", [("n02.tar", File.ReadAllBytes(At("n02.tar"))), ("n01.tar", cut[..1024])]);
        var error = Assert.Throws<UserErrorException>(() => SampleSources.Open(At("bad.tar")));
        Assert.Contains("bad.tar:n01.tar: truncated", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing member", "'b.jpg' has neither 'b.cls' nor 'b.json' beside it")]
    [InlineData("bad json", "'b.json' is no JSON")]
    [InlineData("json without label", "'b.json' has no label, cls or class")]
    [InlineData("empty class", "'b.cls' is empty")]
    [InlineData("mixed", "1 classes are numbers and others are not, as 'dog'")]
    [InlineData("huge", "class 123456789 is beyond")]
    [InlineData("missing tar", "no such file or folder")]
    [InlineData("mixed tars", "some of the archives have classes that are numbers")]
    public void SaysWhatIsWrong(string what, string message)
    {
        (string, byte[])[] first = [Text("a.jpg", "A"), Text("a.cls", "0"), Text("b.jpg", "B")];
        Write("s0.tar", what switch
        {
            "missing member" => first,
            "bad json" => [.. first, Text("b.json", "{")],
            "json without label" => [.. first, Text("b.json", "[1]")],
            "empty class" => [.. first, Text("b.cls", " ")],
            "mixed" => [.. first, Text("b.cls", "dog")],
            "huge" => [.. first, Text("b.cls", "123456789")],
            _ => [.. first, Text("b.cls", "1")],
        });
        if (what != "missing tar")
        {
            Write("s1.tar", [Text("dog/a.jpg", "A")]);
        }

        string location = what is "missing tar" or "mixed tars" ? At("s{0..1}.tar") : At("s0.tar");
        var error = Assert.Throws<UserErrorException>(() =>
        {
            SampleSources.CheckExists("data.train", location);
            SampleSources.Open(location).Dispose();
        });
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
    }

    private static (string, byte[]) Text(string name, string text) => (name, Encoding.UTF8.GetBytes(text));

    private static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));

    private static string[] Describe(ISampleSource source)
    {
        using var sample = new EncodedSample();
        return [.. Enumerable.Range(0, (int)source.Count).Select(i =>
        {
            source.Read(i, sample);
            return $"{source.ClassNames[source.LabelOf(i)]} {Convert.ToHexString(sample.Bytes)}";
        })];
    }

    private string At(string name) => Path.Combine(_folder.Path, name);

    private void Write(string name, (string Name, byte[] Content)[] members)
    {
        using FileStream file = File.Create(At(name));
        using var writer = new TarWriter(file, TarEntryFormat.Ustar);
        foreach ((string member, byte[] content) in members)
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, member) { DataStream = new MemoryStream(content) });
        }

        // Whatever clock the file system has, this is another archive than the one of that name before.
        writer.Dispose();
        File.SetLastWriteTimeUtc(At(name), DateTime.UnixEpoch.AddTicks(Random.Shared.NextInt64(1L << 55)));
    }
}
