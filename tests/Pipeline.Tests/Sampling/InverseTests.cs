using CsCheck;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sampling;

/// <summary>From a sample back to its positions, and from a position back to its row.</summary>
public sealed class InverseTests
{
    [Fact]
    public void PositionsOfASampleAreThoseThatShowIt()
    {
        Gen.Select(Gen.Int[256, 900], Gen.Bool, Gen.Int[1, 90], Gen.Int[0, 300], Gen.Int[0, 3], Gen.Int[1, 4], Gen.Long, Gen.Int[0, 9]).Sample((count, blocks, size, more, repeats, groups, seed, epoch) =>
        {
            var plan = new PipelinePlan
            {
                BatchSize = 4 * groups, Groups = groups, Seed = seed, AugRepeats = repeats, ImageSize = new ImageSize(1, 1),
                Shuffle = blocks ? new Shuffle(size, size + more) : Shuffle.Full,
            };
            EpochOrder order = plan.OrderOf(count, epoch);
            long length = plan.BatchesPerEpoch(count) * plan.BatchSize;
            ILookup<long, long> shown = Enumerable.Range(0, (int)length).ToLookup(position => order[position], position => (long)position);
            for (long index = 0; index < count; index++)
            {
                Assert.Equal(shown[index], order.PositionsOf(index).Where(position => position < length));
            }

            Assert.Throws<ArgumentOutOfRangeException>(() => order.PositionsOf(count));
            Assert.Throws<ArgumentOutOfRangeException>(() => order.PositionsOf(-1));
        }, iter: 60);
        Assert.Equal([17L], EpochOrder.Natural.PositionsOf(17));
    }

    /// <summary>timm pads the repeated list from its beginning, so a sample may come again at the epoch's end.</summary>
    [Fact]
    public void APaddedEpochShowsItsFirstSampleAgain()
    {
        var repeated = new RepeatedAugmentation(5, 1, 4, selectedRound: 0);
        EpochOrder order = EpochOrder.Shuffled(5, 3, 0, repeated);
        Assert.Equal(8, repeated.Length);
        Assert.Equal([0L, 5L], order.PositionsOf(order[0]));
        Assert.Equal(order[0], order[5]);
    }

    [Fact]
    public void EveryPositionHasOneRow()
    {
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 6], Gen.Int[1, 4], Gen.Int[0, 50]).Sample((world, share, groups, batch) =>
        {
            for (int rank = 0; rank < world; rank++)
            {
                var partition = new RankPartition(rank, world, share * groups, groups * world);
                for (int row = 0; row < share * groups; row++)
                {
                    Assert.Equal((batch, rank, row), partition.RowOf(partition.PositionOf(batch, row)));
                }
            }
        }, iter: 100);
    }
}
