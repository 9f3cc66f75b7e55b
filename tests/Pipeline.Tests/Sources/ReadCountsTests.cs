using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using StreamTrainer.Pipeline.Files.Native;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Sources.Remote;
using StreamTrainer.Pipeline.Tests.Decoding;
using StreamTrainer.Pipeline.Tests.Shards;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

/// <summary>What sources say they have asked for is what disks and servers were asked for.</summary>
[Collection(nameof(Alone))]
public sealed class ReadCountsTests : IDisposable
{
    private const int Count = 400;

    private readonly TestFolder _folder = new();
    private readonly RemoteOptions _before = RemoteOptions.Current;

    public void Dispose()
    {
        RemoteOptions.Current = _before;
        _folder.Dispose();
    }

    [Fact]
    public void ReadsSeekUnlessTheyGoOn()
    {
        var meter = new ReadMeter();
        long end = ReadMeter.Nowhere, other = ReadMeter.Nowhere;
        meter.Read(ref end, 0, 100);
        Assert.Equal(new ReadCounts(1, 1, 100), meter.Counts);
        // Another file does not move this one's place.
        meter.Read(ref other, 5000, 10);
        Assert.Equal(new ReadCounts(2, 2, 110), meter.Counts);
        meter.Read(ref end, 100, 50);
        meter.Read(ref end, 150 + 4096, 50);
        meter.Read(ref end, 150 + 4096, 50);
        Assert.Equal(new ReadCounts(5, 2, 260), meter.Counts);
        meter.Read(ref end, 200 + 4096 + 4097, 1);
        meter.Read(ref end, 8000, 1);
        Assert.Equal(new ReadCounts(7, 4, 262), meter.Counts);
        meter.Request(7);
        Assert.Equal(new ReadCounts(8, 4, 269), meter.Counts);
    }

    [Fact]
    public void ATarIsReadOnWithoutSeeksInItsOrderAndWithOneAReadBackwards()
    {
        using ISampleSource source = SampleSources.Open(Tar());
        Assert.Equal(default, source.Reads);
        Assert.Equal(Expected(source, seeks: 1), Read(source, Enumerable.Range(0, Count)));
        Assert.Equal(Expected(source, seeks: Count - 1), Read(source, Enumerable.Range(0, Count).Reverse()));
        // Repeated augmentation's views of a sample.
        ReadCounts once = Read(source, [7]), again = Read(source, [7, 7]);
        Assert.Equal((1, 2, 0), (once.Requests, again.Requests, again.Seeks));
    }

    [Fact]
    public void APartOfASourceAndItsRepetitionCountAsItself()
    {
        using ISampleSource source = SampleSources.Open(Tar() + "?holdout=100&part=train&repeat=2");
        ReadCounts read = Read(source, [0, source.Count / 2]);
        Assert.Equal((2, 1), (read.Requests, read.Seeks));
    }

    [Fact]
    public void EveryFileOfAFolderIsASeek()
    {
        for (int i = 0; i < 5; i++)
        {
            _folder.File($"set/a/{i}.jpg", new byte[10 + i]);
        }

        using ISampleSource source = SampleSources.Open(Path.Combine(_folder.Path, "set"));
        Assert.Equal(new ReadCounts(6, 5, 10 + 11 + 11 + 12 + 13 + 14), Read(source, [0, 1, 1, 2, 3, 4]));
        string list = _folder.File("list.csv", "path,label\nset/a/0.jpg,x\nset/a/1.jpg,y\n"u8);
        using ISampleSource listed = SampleSources.Open(list);
        Assert.Equal(new ReadCounts(3, 3, 10 + 11 + 10), Read(listed, [0, 1, 0]));
    }

    [Fact]
    public void AMappedPackIsReadOnInItsOrderFileByFile()
    {
        using var set = new ShardSet(repeat: 1);
        string pack = set.Pack("pack", ShardPayload.Coefficients);
        using ISampleSource source = SampleSources.Open(pack);
        int files = Directory.GetFiles(pack, "*.bin").Length;
        Assert.Equal(Expected(source, seeks: files), Read(source, Enumerable.Range(0, (int)source.Count)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ABlockIsReadAheadInOneGoAndItsSamplesAreThen(bool mapped)
    {
        string from = Tar();
        if (mapped)
        {
            using ISampleSource tar = SampleSources.Open(from);
            from = Path.Combine(_folder.Path, "pack");
            ShardPacker.Pack(tar, from, new PackOptions { Payload = ShardPayload.Copy }, 1, null, CancellationToken.None);
        }

        using ISampleSource source = SampleSources.Open(from);
        Assert.True(source.CanPrefetchBlocks);
        Assert.False(source.CanPrefetch);
        int count = (int)source.Count / 4;
        ReadCounts before = source.Reads;
        source.PrefetchBlock(count, count);
        ReadCounts block = source.Reads - before;
        Assert.Equal((1, 1), (block.Requests, block.Seeks));
        Assert.Equal(default, Read(source, Enumerable.Range(count, count).Reverse()));
        // The next one goes on where this ended; what lies elsewhere is a seek as ever.
        before = source.Reads;
        source.PrefetchBlock(2 * count, count);
        Assert.Equal((1, 0), ((source.Reads - before).Requests, (source.Reads - before).Seeks));
        ReadCounts elsewhere = Read(source, [0]);
        Assert.Equal((1, 1), (elsewhere.Requests, elsewhere.Seeks));
    }

    /// <summary>The system really reads then: what the disk gave to this process is counted by the kernel.</summary>
    [Fact]
    public void AnAnnouncedBlockComesFromTheDiskBeforeItIsAskedFor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/proc/self/io"), "the system does not count what disks give");
        const int Bytes = 8 << 20;
        string path = _folder.File("block.bin", new byte[3 * Bytes]);
        using (SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(handle);
            Forget(handle);
        }

        using var file = LocalFile.Open(path);
        long before = FromDisks();
        file.Exactly(new byte[100], 0);
        Assert.SkipWhen(FromDisks() == before, "the file system keeps its files in memory");
        before = FromDisks();
        file.Prefetch([(Bytes, 100), (2 * Bytes - 100, 100)]);
        var waited = Stopwatch.StartNew();
        while (FromDisks() - before < Bytes && waited.Elapsed < TimeSpan.FromSeconds(10))
        {
            Thread.Sleep(5);
        }

        Assert.InRange(FromDisks() - before, Bytes, 2 * Bytes);
        before = FromDisks();
        file.Exactly(new byte[Bytes], Bytes);
        Assert.InRange(FromDisks() - before, 0, Bytes / 4);

        static long FromDisks() => long.Parse(File.ReadLines("/proc/self/io").Single(line => line.StartsWith("read_bytes:", StringComparison.Ordinal))["read_bytes:".Length..], CultureInfo.InvariantCulture);
    }

    [Fact]
    public void AServerCountsTheSameRequestsTheFailedOnesToo()
    {
        RemoteOptions.Current = RemoteOptions.Current with { Cached = false, FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(5) };
        string tar = Tar();
        using var server = new RangeServer(request => request % 3 == 1 ? Fault.Truncate : Fault.None);
        server.Files["/a.tar"] = File.ReadAllBytes(tar);
        using ISampleSource source = SampleSources.Open($"{server.Address}/a.tar"), local = SampleSources.Open(tar);
        int before = server.Requests;
        ReadCounts read = Read(source, [3, 1, 2, 9, 7]);
        Assert.Equal(server.Requests - before, read.Requests);
        Assert.InRange(read.Requests, 7, 8);
        Assert.Equal((0, Read(local, [3, 1, 2, 9, 7]).Bytes), (read.Seeks, read.Bytes));
    }

    [Fact]
    public void CountingAllocatesNothing()
    {
        using ISampleSource source = SampleSources.Open(Tar());
        using var sample = new EncodedSample();
        for (int i = 0; i < Count; i++)
        {
            source.Read(i, sample);
        }

        Assert.Equal(0, Allocated.Least(() =>
        {
            for (int i = 0; i < 10 * Count; i++)
            {
                source.Read(i * 7 % Count, sample);
            }
        }));
    }

    [Fact]
    public void BothOrdersAreCountedOverTheSameImages()
    {
        var survey = new ReadSurvey(Tar(), new DataOptions(), 1, _folder.Path, TimeSpan.FromMinutes(5));
        ReadSurveyResult[] results = [.. survey.Count([Shuffle.Full, new Shuffle(20, 100)], CancellationToken.None)];
        Assert.Equal(["full", "blocks(20, 100)"], results.Select(result => result.Shuffle));
        Assert.All(results, result =>
        {
            Assert.Equal((Count, false, false), (result.Images, result.Remote, result.Cut));
            Assert.InRange(result.Reads.Bytes, results[0].Reads.Bytes, 2 * results[0].Reads.Bytes);
        });
        Assert.Equal(Count, results[0].Reads.Requests);
        Assert.InRange(results[0].Reads.Seeks, Count * 8 / 10, Count);
        Assert.Equal(Count / 20, results[1].Reads.Requests);
        Assert.InRange(results[1].Reads.Seeks, 2, Count / 20);
        Assert.Empty(Directory.GetDirectories(_folder.Path));
    }

    [Fact]
    public void OfARemoteSetBlocksTakeFewerRequestsAndTheUsualCacheDoesNotCount()
    {
        string usual = Path.Combine(_folder.Path, "usual"), own = Path.Combine(_folder.Path, "own");
        Directory.CreateDirectory(own);
        RemoteOptions.Current = RemoteOptions.Current with { Readers = 4, Cached = true, Cache = new RangeCache(usual, 256 << 20) };
        using var server = new RangeServer();
        server.Files["/a.tar"] = File.ReadAllBytes(Tar());
        using (ISampleSource source = SampleSources.Open($"{server.Address}/a.tar"))
        {
            Read(source, Enumerable.Range(0, Count));
        }

        string[] kept = [.. Directory.EnumerateFiles(usual, "*", SearchOption.AllDirectories)];
        Assert.InRange(kept.Length, Count, int.MaxValue);
        var survey = new ReadSurvey($"{server.Address}/a.tar", new DataOptions(), 1, own, TimeSpan.FromMinutes(5));
        ReadSurveyResult[] results = [.. survey.Count([new Shuffle(50, 400), Shuffle.Full], CancellationToken.None)];
        Assert.All(results, result => Assert.Equal((Count, true), (result.Images, result.Remote)));
        // A reader that is faster than the prefetcher asks for the same image.
        Assert.InRange(results[1].Reads.Requests, Count, 2 * Count);
        Assert.InRange(results[0].Reads.Requests, Count / 50, Count / 25);
        Assert.Equal(kept, Directory.EnumerateFiles(usual, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void ASurveyIsStopped()
    {
        var survey = new ReadSurvey(Tar(), new DataOptions(), 1, _folder.Path, TimeSpan.FromMinutes(5));
        Assert.ThrowsAny<OperationCanceledException>(() => survey.Count([Shuffle.Full], new CancellationToken(canceled: true)));
    }

    [Fact]
    public void WhereTimeEndsAllOrdersAreCountedAsFar()
    {
        // No time at all: not an image of either.
        var survey = new ReadSurvey(Tar(), new DataOptions(), 1, _folder.Path, TimeSpan.Zero);
        Assert.All(survey.Count([Shuffle.Full, new Shuffle(20, 100)], CancellationToken.None), result => Assert.True(result.Cut));
    }

    /// <summary>Takes a file's clean pages out of memory.</summary>
    private static void Forget(SafeFileHandle file)
    {
        const int DontNeed = 4;
        Assert.Equal(0, LibC.FileAdvise((int)file.DangerousGetHandle(), 0, 0, DontNeed));
    }

    private static ReadCounts Read(ISampleSource source, IEnumerable<int> indices) => Read(source, indices.Select(index => (long)index));

    private static ReadCounts Read(ISampleSource source, IEnumerable<long> indices)
    {
        ReadCounts before = source.Reads;
        using var sample = new EncodedSample();
        foreach (long index in indices)
        {
            source.Read(index, sample);
        }

        return source.Reads - before;
    }

    /// <summary>Every sample once, with so many seeks.</summary>
    private static ReadCounts Expected(ISampleSource source, long seeks)
    {
        using var sample = new EncodedSample();
        long bytes = 0;
        for (long i = 0; i < source.Count; i++)
        {
            source.Read(i, sample);
            bytes += sample.Length;
        }

        return new ReadCounts(source.Count, seeks, bytes);
    }

    private string Tar()
    {
        string tar = Path.Combine(_folder.Path, "a.tar");
        RemoteTests.WriteTar(tar, 1, Count);
        return tar;
    }
}
