using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Shards.Payloads;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Shards.Payloads;

public sealed class IndexedTablesTests
{
    private static readonly IndexedStatistics[] s_images = [.. Enumerable.Range(0, 40).Select(i =>
    {
        using CoefficientImage image = PayloadImages.Image(new Random(i), i % 4 == 0 ? 1023 : 3);
        return PayloadImages.Statistics(image);
    })];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    public void LearnedIsReadBackAndTheSameAgain(int sets)
    {
        using IndexedTables tables = IndexedTables.Learn(s_images, sets), again = IndexedTables.Learn(s_images, sets);
        byte[] bytes = tables.Write();
        Assert.Equal(bytes, again.Write());
        Assert.InRange(tables.Count, 1, sets);
        using IndexedTables? read = IndexedTables.TryRead(bytes);
        Assert.Equal(bytes, read!.Write());
        Assert.All(s_images, image => Assert.InRange(read.Best(image), 0, tables.Count - 1));
        Assert.All(Enumerable.Range(0, IndexedTable.Count), t => Assert.InRange(read[0].Decoding(t).Counts.LastIndexOfAnyExcept((byte)0) + 1, 1, IndexedTable.IsDc(t) ? 10 : 12));
    }

    [Fact]
    public void MoreSetsTakeFewerBits()
    {
        long[] bits = [.. ((int[])[1, 4, 16]).Select(sets =>
        {
            using IndexedTables tables = IndexedTables.Learn(s_images, sets);
            return s_images.Sum(image => tables[tables.Best(image)].BitsOf(image));
        })];
        Assert.True(bits[0] > bits[1] && bits[1] > bits[2], string.Join(' ', bits));
    }

    [Fact]
    public void SumsDoNotDependOnTheOrder()
    {
        var one = new IndexedStatistics();
        var other = new IndexedStatistics();
        foreach ((IndexedStatistics first, IndexedStatistics last) in s_images.Zip(s_images.Reverse()))
        {
            one.Add(first);
            other.Add(last);
        }

        Assert.All(Enumerable.Range(0, IndexedTable.Count), t => Assert.Equal(one.Counts(t), other.Counts(t)));
    }

    [Fact]
    public void NoImagesGiveASetWithoutCodes()
    {
        using IndexedTables tables = IndexedTables.Learn([], 4);
        Assert.Equal(1, IndexedTables.TryRead(tables.Write())!.Count);
        Assert.Equal(-1, tables.Best(s_images[0]));
    }

    [Fact]
    public void DamagedBytesAreNoTables()
    {
        using IndexedTables tables = IndexedTables.Learn(s_images, 4);
        byte[] bytes = tables.Write();
        Assert.Null(IndexedTables.TryRead([]));
        Assert.Null(IndexedTables.TryRead([.. bytes, 0]));
        for (int length = 1; length < bytes.Length; length++)
        {
            Assert.Null(IndexedTables.TryRead(bytes.AsSpan(0, length)));
        }

        var random = new Random(5);
        for (int i = 0; i < 5000; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            using IndexedTables? read = IndexedTables.TryRead(damaged);
            if (read is not null)
            {
                // Symbols may be others, but whatever was read makes tables.
                Assert.All(Enumerable.Range(0, read.Count), set => read[set].Decoding(IndexedTable.Ac));
            }
        }
    }
}
