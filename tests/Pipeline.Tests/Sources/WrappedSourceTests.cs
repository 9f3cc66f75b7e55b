using CsCheck;
using StreamTrainer.Pipeline.Sources;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

/// <summary>Sources that stand before another pass on everything that it can do, at its own positions.</summary>
public sealed class WrappedSourceTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatTheInnerOneCanTheOuterOneCan()
    {
        foreach (ISampleSource outer in (ISampleSource[])[new SubsetSource(new Told(9), [1, 2, 5]), new RepeatedSource(new Told(9), 2), Renumbered(new Told(9))])
        {
            Assert.Equal("told", outer.Name);
            Assert.Equal(7, outer.Readers);
            Assert.Equal(new ReadCounts(11, 12, 13), outer.Reads);
            Assert.True(outer.CanPrefetch);
            Assert.True(outer.CanPrefetchBlocks);
        }

        foreach (ISampleSource outer in (ISampleSource[])[new SubsetSource(new Told(9, single: false), [1, 2, 5]), new RepeatedSource(new Told(9, single: false), 2), Renumbered(new Told(9, single: false))])
        {
            Assert.False(outer.CanPrefetch);
            Assert.True(outer.CanPrefetchBlocks);
        }
    }

    [Fact]
    public void ABlockIsBroughtByFewRequestsAndLittleElse()
    {
        Gen.Select(Gen.Int[2, 300], Gen.Int[0, 100], Gen.Int[1, 4], Gen.Int[0, 2000], Gen.Int[1, 200]).Sample((inner, percent, times, at, most) =>
        {
            long[] indices = [.. Enumerable.Range(0, inner).Where(i => i * 7919 % 100 <= percent).Select(i => (long)i)];
            var told = new Told(inner);
            ISampleSource subset = new SubsetSource(told, indices), outer = times == 1 ? subset : new RepeatedSource(Renumbered(subset), times);
            long first = at % outer.Count, count = Math.Min(most, outer.Count - first);
            outer.PrefetchBlock(first, count);
            List<long> brought = [.. told.Blocks.SelectMany(block => Enumerable.Range((int)block.First, (int)block.Count).Select(i => (long)i))];
            HashSet<long> wanted = [.. Enumerable.Range((int)first, (int)count).Select(i => indices[i % indices.Length])];
            Assert.Subset(new HashSet<long>(brought), wanted);
            Assert.All(brought, index => Assert.InRange(index, 0, inner - 1));
            Assert.InRange(brought.Count, count, 2 * count);
            // A whole set is as many blocks as it comes round; of a thinned one no two lie side by side.
            Assert.True(told.Blocks.Zip(told.Blocks.Skip(1)).All(pair => pair.Second.First != pair.First.First + pair.First.Count || pair.Second.First == 0));
        });
    }

    /// <summary>Some classes of a set are a set of their own, which can be split and repeated.</summary>
    [Fact]
    public void SomeClassesAreASetOfTheirOwn()
    {
        using var kinds = new StreamTrainer.Tests.ImageKinds(Enumerable.Range(0, 12).Select(i => (byte[])[(byte)i]));
        using ISampleSource source = SampleSources.Open($"{kinds.Folder}?classes=n03,n01"), part = SampleSources.Open($"{kinds.Folder}?classes=n03&holdout=1&part=train&repeat=2");
        Assert.Equal(["n01", "n03"], source.ClassNames);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1], Enumerable.Range(0, 8).Select(i => source.LabelOf(i)));
        using var sample = new EncodedSample();
        source.Read(4, sample);
        Assert.Equal(8, sample.Bytes[0]);
        Assert.Equal((6, 1), (part.Count, part.ClassNames.Count));
        Assert.All(Enumerable.Range(0, 6), i => Assert.Equal(0, part.LabelOf(i)));
        Assert.Contains("classes: there is no class 'n04'; classes are 'n01', 'n02', 'n03'", Assert.Throws<UserErrorException>(() => SampleSources.Open($"{kinds.Folder}?classes=n01,n04")).Message, StringComparison.Ordinal);
        Assert.Contains("names of classes are wanted, as classes=cat,dog", Assert.Throws<UserErrorException>(() => SampleSources.Open($"{kinds.Folder}?classes=n01,")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ASubsetInAnyOrderIsBroughtToo()
    {
        var told = new Told(20);
        new SubsetSource(told, [7, 8, 3, 4, 5, 19, 0]).PrefetchBlock(1, 5);
        Assert.Equal([(8L, 1L), (3L, 3L), (19L, 1L)], told.Blocks);
    }

    /// <summary>Of a set with a few samples held out a block is one read, as of the whole set.</summary>
    [Fact]
    public void ABlockOfATarWithAHoldOutIsOneRead()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "blocks of local files are read ahead on Linux");
        using var kinds = new StreamTrainer.Tests.ImageKinds(Enumerable.Range(0, 30).Select(i => new byte[5000 + i]));
        using ISampleSource source = SampleSources.Open($"{kinds.Tar()}?holdout=4&part=train");
        Assert.True(source.CanPrefetchBlocks);
        ReadCounts before = source.Reads;
        source.PrefetchBlock(0, source.Count);
        Assert.Equal(1, (source.Reads - before).Requests);
        before = source.Reads;
        using var sample = new EncodedSample();
        for (long i = 0; i < source.Count; i++)
        {
            source.Read(i, sample);
        }

        Assert.Equal(default, source.Reads - before);
    }

    /// <summary>The same samples under other class numbers.</summary>
    private static ISampleSource Renumbered(ISampleSource source) => ClassMap.Align(source, ["more", "class"], "another");

    /// <summary>A source that remembers which blocks were asked for.</summary>
    private sealed class Told(long count, bool single = true) : ISampleSource
    {
        public List<(long First, long Count)> Blocks { get; } = [];

        public string Name => "told";

        public long Count => count;

        public IReadOnlyList<string> ClassNames => ["class"];

        public int Readers => 7;

        public ReadCounts Reads => new(11, 12, 13);

        public bool CanPrefetch => single;

        public bool CanPrefetchBlocks => true;

        public int LabelOf(long index) => 0;

        public string NameOf(long index) => $"told/{index}";

        public void PrefetchBlock(long first, long count) => Blocks.Add((first, count));

        public void Read(long index, EncodedSample sample) => sample.Reserve(1).Clear();

        public void Dispose()
        {
        }
    }
}
