using CsCheck;
using StreamTrainer.Pipeline.Sources.Remote;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

public sealed class RangeCacheTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private string Folder => Path.Combine(_folder.Path, "ranges");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatIsWrittenIsReadByAnyOneWhoNamesTheFolder()
    {
        var one = new RangeCache(Folder, 64 << 20);
        var other = new RangeCache(Folder, 64 << 20);
        byte[] content = Content(1, 5000);
        UInt128 key = RangeCache.KeyOf("http://a/b.tar", "\"tag\"", 512, content.Length);
        var read = new byte[content.Length];
        Assert.False(other.TryRead(key, read));
        one.Write(key, content);
        Assert.True(other.Contains(key));
        Assert.True(other.TryRead(key, read));
        Assert.Equal(content, read);
        // Another version, place or length is another range.
        Assert.Equal(4, new[] { key, RangeCache.KeyOf("http://a/b.tar", "\"tug\"", 512, 5000), RangeCache.KeyOf("http://a/b.tar", "\"tag\"", 513, 5000), RangeCache.KeyOf("http://a/b.tar", "\"tag\"", 512, 5001) }.Distinct().Count());
    }

    [Fact]
    public void ADamagedOrTornRangeIsNotThere()
    {
        var cache = new RangeCache(Folder, 64 << 20);
        byte[] content = Content(2, 300);
        UInt128 key = RangeCache.KeyOf("x", "y", 0, content.Length);
        cache.Write(key, content);
        string path = Assert.Single(Directory.GetFiles(Folder, "*", SearchOption.AllDirectories));
        byte[] whole = File.ReadAllBytes(path);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[1, 255], Gen.Bool).Sample((place, flip, cut) =>
        {
            byte[] bad = cut ? whole[..place] : [.. whole];
            if (!cut)
            {
                bad[place] ^= (byte)flip;
            }

            File.WriteAllBytes(path, bad);
            Assert.False(cache.TryRead(key, new byte[content.Length]));
            // It is gone, so it is fetched and written anew.
            Assert.False(File.Exists(path));
            cache.Write(key, content);
            Assert.True(cache.TryRead(key, new byte[content.Length]));
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void ItStaysWithinItsLimitAndTheLongestUnusedGoFirst()
    {
        const long Limit = 8 << 20;
        var cache = new RangeCache(Folder, Limit);
        var other = new RangeCache(Folder, Limit);
        byte[] content = Content(3, 3000);
        UInt128 used = RangeCache.KeyOf("used", "", 0, content.Length);
        cache.Write(used, content);
        string path = Assert.Single(Directory.GetFiles(Folder, "*", SearchOption.AllDirectories));
        for (int i = 0; i < 20_000; i++)
        {
            // Two processes write, one range is used again and again.
            (i % 2 == 0 ? cache : other).Write(RangeCache.KeyOf("new", "", i, content.Length), content);
            if (i % 100 == 0)
            {
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow - TimeSpan.FromMinutes(2));
                Assert.True(cache.TryRead(used, new byte[content.Length]));
            }
        }

        long bytes = new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        Assert.InRange(bytes, Limit / 2, Limit);
        Assert.True(other.TryRead(used, content));
        Assert.False(cache.Contains(RangeCache.KeyOf("new", "", 0, content.Length)));
        // What is larger than a share is not kept.
        cache.Write(RangeCache.KeyOf("large", "", 0, 40_000), new byte[40_000]);
        Assert.False(cache.Contains(RangeCache.KeyOf("large", "", 0, 40_000)));
    }

    [Fact]
    public void ManyAtOnceReadWhatWasWrittenOrNothing()
    {
        var caches = Enumerable.Range(0, 4).Select(_ => new RangeCache(Folder, 4 << 20)).ToArray();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            var random = new Random(thread);
            RangeCache cache = caches[thread % caches.Length];
            var read = new byte[2000];
            for (int i = 0; i < 1500; i++)
            {
                int number = random.Next(400);
                UInt128 key = RangeCache.KeyOf("shared", "", number, read.Length);
                if (cache.TryRead(key, read))
                {
                    Assert.Equal(Content(number, read.Length), read);
                }
                else
                {
                    cache.Write(key, Content(number, read.Length));
                }
            }
        });
        Assert.DoesNotContain(Directory.GetFiles(Folder, "*", SearchOption.AllDirectories), file => file.EndsWith(".unfinished", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatAKilledProcessLeftBehindIsSwept()
    {
        var cache = new RangeCache(Folder, 1 << 20);
        byte[] content = Content(5, 1000);
        cache.Write(RangeCache.KeyOf("a", "", 0, 1000), content);
        string bucket = Path.GetDirectoryName(Assert.Single(Directory.GetFiles(Folder, "*", SearchOption.AllDirectories)))!;
        string left = Path.Combine(bucket, "left.unfinished");
        File.WriteAllBytes(left, new byte[3500]);
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow - TimeSpan.FromHours(1));
        for (int i = 0; i < 5000 && File.Exists(left); i++)
        {
            cache.Write(RangeCache.KeyOf("b", "", i, 1000), content);
        }

        Assert.False(File.Exists(left));
    }

    private static byte[] Content(int seed, int length)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }
}
