using CsCheck;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sampling;

public sealed class BlockShuffleTests
{
    [Fact]
    public void IsABijectionThatReadsAWindowsBlocksTogether()
    {
        Gen.Select(Gen.Int[1, 2000], Gen.Int[1, 300], Gen.Int[0, 2000], Gen.Long, Gen.Int[0, 9]).Sample((count, size, more, seed, epoch) =>
        {
            var order = new BlockShuffle(count, size, size + more, seed, epoch);
            var seen = new bool[count];
            var windowOfBlock = new Dictionary<long, long>();
            var blocksOf = new Dictionary<long, HashSet<long>>();
            long before = 0;
            for (long position = 0; position < count; position++)
            {
                long index = order[position], window = order.WindowOf(position);
                Assert.False(seen[index]);
                seen[index] = true;
                Assert.InRange(window, before, before + 1);
                Assert.InRange(position, order.StartOf(window), order.StartOf(window + 1) - 1);
                before = window;
                // A block is read in one window and in no other.
                long block = index / Math.Min(size, count);
                Assert.Equal(window, windowOfBlock.GetValueOrDefault(block, window));
                windowOfBlock[block] = window;
                (blocksOf.TryGetValue(window, out HashSet<long>? blocks) ? blocks : blocksOf[window] = []).Add(block);
            }

            Assert.Equal(order.Windows, before + 1);
            Assert.Equal(count, order.StartOf(order.Windows));
            Assert.All(blocksOf.Values, blocks => Assert.InRange(blocks.Count, 1, Math.Max(1, (size + more) / Math.Min(size, count))));
            // Even: none has less than half of the others' blocks.
            Assert.True(blocksOf.Values.Max(blocks => blocks.Count) <= blocksOf.Values.Min(blocks => blocks.Count) + 1);
        }, iter: 300);
    }

    /// <summary>A set in the order of its classes, which is how folders and archives come: what matters is how many classes meet
    /// in a batch, and how far neighbours in an epoch lie apart.</summary>
    [Theory]
    [InlineData("full", 225.5, 230.5, 0.32, 0.35)]
    [InlineData("blocks(64, 16384)", 145, 190, 0.30, 0.36)]
    [InlineData("blocks(1024, 16384)", 15, 30, 0.28, 0.38)]
    [InlineData("blocks(1024, 1024)", 1, 3, 0, 0.02)]
    public void MixesAsWellAsItsBufferAllows(string text, double leastClasses, double mostClasses, double leastDistance, double mostDistance)
    {
        const int Count = 1_281_167, Classes = 1000, Batch = 256;
        Assert.True(Shuffle.TryParse(text, out Shuffle shuffle));
        var plan = new PipelinePlan { BatchSize = Batch, Seed = 5, ImageSize = new ImageSize(1, 1), Shuffle = shuffle };
        EpochOrder order = plan.OrderOf(Count, 3);
        double classes = 0, distance = 0;
        const int Batches = 400;
        var seen = new HashSet<long>();
        for (int batch = 0; batch < Batches; batch++)
        {
            long first = (long)batch * (Count / Batches);
            seen.Clear();
            for (int i = 0; i < Batch; i++)
            {
                seen.Add(order[first + i] * Classes / Count);
                distance += Math.Abs(order[first + i + 1] - order[first + i]) / (double)Count;
            }

            classes += seen.Count;
        }

        // Of 1000 classes 256 draws meet 1000 (1 - 0.999^256) = 226; neighbours lie a third of the set apart.
        Assert.InRange(classes / Batches, leastClasses - 1, mostClasses);
        Assert.InRange(distance / (Batches * Batch), leastDistance, mostDistance);
    }

    [Fact]
    public void EpochsHaveDifferentBlocksAndDifferentPlacesInThem()
    {
        const int Count = 10_000, Size = 100;
        var first = new BlockShuffle(Count, Size, 1000, 1, 0);
        var second = new BlockShuffle(Count, Size, 1000, 1, 1);
        // Two random orders agree at one place on average.
        Assert.InRange(Enumerable.Range(0, Count).Count(i => first[i] == second[i]), 0, 10);
        // Which blocks meet in the first window: of 10 of 100 blocks one is expected in both.
        HashSet<long> blocks = [.. Enumerable.Range(0, 1000).Select(i => first[i] / Size)];
        Assert.Equal(10, blocks.Count);
        Assert.InRange(Enumerable.Range(0, 1000).Select(i => second[i] / Size).Distinct().Count(blocks.Contains), 0, 4);
    }

    [Theory]
    [InlineData("full", 1_000_000_000L)]
    [InlineData("blocks(256, 65536)", 1_000_000_000L)]
    [InlineData("full", 1L << 61)]
    [InlineData("blocks(1000, 1000000)", 1L << 61)]
    public void NeedsNoMemoryForAnyCount(string text, long count)
    {
        Assert.True(Shuffle.TryParse(text, out Shuffle shuffle));
        var plan = new PipelinePlan { BatchSize = 256, ImageSize = new ImageSize(1, 1), Shuffle = shuffle, AugRepeats = 3, Groups = 4 };
        long wrong = 0;
        Assert.Equal(0, Allocated.Least(() =>
        {
            EpochOrder order = plan.OrderOf(count, 1);
            for (int i = 0; i < 20_000; i++)
            {
                long index = order[count - 1 - i * 17L];
                wrong += index < 0 || index >= count ? 1 : 0;
            }
        }));
        Assert.Equal(0, wrong);
    }

    [Theory]
    [InlineData("full", 0, 0)]
    [InlineData("blocks(256, 8192)", 256, 8192)]
    [InlineData("blocks( 1,1 )", 1, 1)]
    public void IsReadAsItIsWritten(string text, long size, long buffer)
    {
        Assert.True(Shuffle.TryParse(text, out Shuffle shuffle));
        Assert.Equal(new Shuffle(size, buffer), shuffle);
        Assert.True(Shuffle.TryParse(shuffle.ToString(), out Shuffle again));
        Assert.Equal(shuffle, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("none")]
    [InlineData("blocks")]
    [InlineData("blocks(256)")]
    [InlineData("blocks(256, 255)")]
    [InlineData("blocks(0, 255)")]
    [InlineData("blocks(-1, 255)")]
    [InlineData("blocks(1, 2, 3)")]
    public void WhatIsNoShuffleIsNotRead(string text) => Assert.False(Shuffle.TryParse(text, out _));
}
