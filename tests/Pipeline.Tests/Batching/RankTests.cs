using CsCheck;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Batching;

/// <summary>Ranks share an epoch without gap or overlap, in equally many steps, and all together do what one would.</summary>
public sealed class RankTests
{
    private static readonly Gen<Shuffle> s_shuffle = Gen.Select(Gen.Bool, Gen.Int[1, 40], Gen.Int[0, 100])
        .Select((blocks, size, more) => blocks ? new Shuffle(size, size + more) : Shuffle.Full);

    [Fact]
    public void AllRanksTogetherAreOneOfThem()
    {
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 5], Gen.Int[1, 3], Gen.Int[0, 3], Gen.Int[256, 700], s_shuffle, Gen.Int[0, 30])
            .Sample((world, share, perGroup, repeats, count, shuffle, step) =>
            {
                int groups = perGroup == 3 ? 1 : world * perGroup, batchSize = share * perGroup * 2;
                PipelinePlan one = Flow.Plan(batchSize * world) with { Groups = groups, AugRepeats = repeats, Shuffle = shuffle };
                long steps = one.BatchesPerEpoch(count);
                one = (one with { Epochs = step / steps + 2 }).After(step, count);
                List<Row> alone = Rows(one, count);
                List<Row>[] ranks = [.. Enumerable.Range(0, world).Select(rank => Rows(one with { BatchSize = batchSize, WorldSize = world, Rank = rank }, count))];
                Assert.All(ranks, rows => Assert.Equal(alone.Count / world, rows.Count));
                // What one has at a position, the rank has that the position is dealt to, to the byte of every draw.
                for (int at = 0; at < alone.Count; at++)
                {
                    (long batch, int rank, int row) = (one with { BatchSize = batchSize, WorldSize = world }).Partition
                        .RowOf(one.Partition.PositionOf(at / one.BatchSize, at % one.BatchSize));
                    Assert.Equal(alone[at], ranks[rank][(int)batch * batchSize + row]);
                }
            }, iter: 40, threads: 1);
    }

    /// <summary>Mixing pairs a group with itself read backwards: a rank that has a part of one has pairs.</summary>
    [Fact]
    public void APartOfAGroupReadBackwardsIsItsPartners()
    {
        Gen.Select(Gen.Int[2, 6], Gen.Int[1, 5], Gen.Int[1, 3], Gen.Int[0, 9]).Sample((parts, half, groups, batch) =>
        {
            int batchSize = 2 * half, size = batchSize * parts;
            var seen = new HashSet<long>();
            for (int rank = 0; rank < parts * groups; rank++)
            {
                var partition = new RankPartition(rank, parts * groups, batchSize, groups);
                for (int row = 0; row < batchSize; row++)
                {
                    long position = partition.PositionOf(batch, row), partner = partition.PositionOf(batch, batchSize - 1 - row);
                    Assert.Equal((batch, rank, row), partition.RowOf(position));
                    Assert.True(seen.Add(position));
                    // Of the same group, as far from its end as the other from its beginning.
                    (long within, long other) = (position - partition.StepSize * batch, partner - partition.StepSize * batch);
                    Assert.Equal((within % groups, size - 1 - within / groups), (other % groups, other / groups));
                }
            }
        });
    }

    [Fact]
    public void AnEvaluationCountsEverySampleOnceInEquallyManySteps()
    {
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 9], Gen.Int[1, 60]).Sample((world, batchSize, count) =>
        {
            PipelinePlan plan = Flow.Plan(batchSize) with { Evaluation = true, WorldSize = world };
            List<Row>[] ranks = [.. Enumerable.Range(0, world).Select(rank => Rows(plan with { Rank = rank }, count))];
            Assert.Single(ranks.Select(rows => rows.Count).Distinct());
            Row[] counted = [.. ranks.SelectMany(rows => rows).Where(row => row.Label >= 0)];
            Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), counted.Select(row => row.Index).Order());
            // Padding is zero pixels without an index, at most one row a rank.
            Assert.All(ranks, rows => Assert.InRange(rows.Count(row => row.Label < 0), 0, 1));
            Assert.All(ranks.SelectMany(rows => rows).Where(row => row.Label < 0), row => Assert.Equal(new Row(-1, -1, new string('0', 48)), row));
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void RepeatedAugmentationShowsEachSampleSoOftenAndNeverTheSameWay()
    {
        PipelinePlan plan = Flow.Plan(64) with { AugRepeats = 3, Groups = 4 };
        List<Row> rows = Rows(plan, 1000);
        Assert.Equal(768, rows.Count);
        Assert.Equal(256, rows.Select(row => row.Index).Distinct().Count());
        Assert.All(rows.GroupBy(row => row.Index), views => Assert.Equal(3, views.Count()));
        Assert.Equal(768, rows.Select(row => row.Pixels).Distinct().Count());
        // A sample's views lie in different groups of a batch: mixup never mixes a picture with itself.
        Assert.All(rows.Chunk(16), group => Assert.Equal(16, group.Select(row => row.Index).Distinct().Count()));
        Assert.NotEqual(Rows(plan with { Epochs = 2, StartEpoch = 1 }, 1000).Select(row => row.Index), rows.Select(row => row.Index));
    }

    [Fact]
    public void TooFewSamplesAreAMistakeOfTheUsers()
    {
        PipelinePlan plan = Flow.Plan(64) with { AugRepeats = 3 };
        var error = Assert.Throws<UserErrorException>(() => Flow.Open(new FakeSource(255), plan));
        Assert.StartsWith("data.augRepeats: repeated augmentation rounds an epoch down to a multiple of 256, and the 255 training samples leave nothing;", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<UserErrorException>(() => Flow.Open(new FakeSource(511), plan with { BatchSize = 257 }));
        Assert.StartsWith("train.batchSize: 257 is more than the 256 images that an epoch with data.augRepeats 3 has of 511 training samples", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<UserErrorException>(() => Flow.Open(new FakeSource(39), Flow.Plan(10) with { WorldSize = 4 }));
        Assert.StartsWith("train.batchSize: 40 is more than the 39 training samples", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Flow.Open(new FakeSource(39), Flow.Plan(10) with { Groups = 3 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Flow.Open(new FakeSource(39), Flow.Plan(10) with { Rank = 1 }));
    }

    private static List<Row> Rows(PipelinePlan plan, int count)
    {
        var rows = new List<Row>();
        using ImagePipeline pipeline = Flow.Open(new FakeSource(count), plan, transform: () => new FakeTransform(slow: false));
        while (pipeline.Take(CancellationToken.None) is { } batch)
        {
            using (batch)
            {
                rows.AddRange(Enumerable.Range(0, batch.Count).Select(row => new Row(batch.Indices[row], batch.Labels[row], Flow.Pixels(batch, row))));
            }
        }

        return rows;
    }

    private sealed record Row(long Index, long Label, string Pixels);
}
