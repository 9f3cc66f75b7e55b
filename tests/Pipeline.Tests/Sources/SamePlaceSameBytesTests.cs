using System.Globalization;
using System.Security.Cryptography;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

/// <summary>
/// The bytes at a position are the same from any kind of source and any payload, for any number of readers, workers, slots and
/// ranks, in any order of the recipe, from the start or resumed in the middle of an epoch: real images, real transforms.
/// </summary>
public sealed class SamePlaceSameBytesTests(EveryKind kinds) : IClassFixture<EveryKind>
{
    private const int Side = 16;

    private static readonly Gen<Shuffle> s_shuffle = Gen.Select(Gen.Bool, Gen.Int[1, 9], Gen.Int[0, 20])
        .Select((blocks, size, more) => blocks ? new Shuffle(size, size + more) : Shuffle.Full);

    private static readonly Gen<Threads> s_threads = Gen.Select(Gen.Int[1, 4], Gen.Int[1, 5], Gen.Int[2, 5]).Select((readers, workers, slots) => new Threads(readers, workers, slots));

    private static readonly string[] s_locations = ["", "holdout=5&part=train", "holdout=19&part=holdout", "repeat=11"];

    private static readonly Gen<string> s_options = Gen.Int[0, s_locations.Length - 1].Select(i => s_locations[i]);

    public static TheoryData<string> Kinds => new(EveryKind.Names);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void FromEveryKind(string kind)
    {
        Gen.Select(s_threads, s_shuffle, Gen.Int[1, 3], Gen.Int[1, 3], s_options, Gen.Int[0, 3], Gen.Int[0, 9], Gen.Int[0, 99])
            .Sample((threads, shuffle, world, half, options, repeats, skipped, seed) =>
            {
                ISampleSource plain = kinds.Open(EveryKind.FolderOf(kind), options), source = kinds.Open(kind, options);
                Assert.Equal(plain.Count, source.Count);
                // Fewer than 256 samples cannot be augmented repeatedly.
                var one = new PipelinePlan
                {
                    Seed = seed,
                    BatchSize = 2 * half * world,
                    Groups = world,
                    AugRepeats = plain.Count < 256 ? 0 : repeats,
                    Shuffle = shuffle,
                    ImageSize = new ImageSize(Side, Side),
                };
                // An epoch's last steps and the next one's first.
                long perEpoch = one.BatchesPerEpoch(plain.Count), first = Math.Max(0, perEpoch - 5), resumed = first + skipped % (perEpoch + 1 - first);
                one = one with { Epochs = 2 };
                List<string> expected = Rows([one.After(first, plain.Count)], plain, new Threads(1, 1, 2), perEpoch + 1 - first);
                IEnumerable<PipelinePlan> ranks = Enumerable.Range(0, world).Select(rank => one.After(resumed, plain.Count) with { BatchSize = 2 * half, WorldSize = world, Rank = rank });
                Assert.Equal(expected.Skip((int)(resumed - first) * one.BatchSize), Rows(ranks, source, threads, perEpoch + 1 - resumed));
            }, iter: 8, threads: 1);
    }

    /// <summary>What is at so many steps of the ranks together, row by row: position, sample, label and pixels.</summary>
    private static unsafe List<string> Rows(IEnumerable<PipelinePlan> ranks, ISampleSource source, Threads threads, long steps)
    {
        var data = new DataOptions { Readers = threads.Readers, Workers = threads.Workers, MaxBadFraction = 1, RingMemory = new ByteSize((long)threads.Slots * ranks.First().BatchSize * 3 * Side * Side) };
        List<ImagePipeline> pipelines = [.. ranks.Select(plan => new ImagePipeline(source, () => new TrainTransform(new AugmentOptions { Size = Side }, false), data, plan, new NativeBatchMemory(), NullLogger.Instance))];
        var rows = new List<string>();
        try
        {
            for (long step = 0; step < steps; step++)
            {
                foreach (ImagePipeline pipeline in pipelines)
                {
                    Batch? taken = pipeline.Take(TestContext.Current.CancellationToken);
                    Assert.True(taken is not null, "a rank ended before the others");
                    using Batch batch = taken;
                    for (int row = 0; row < batch.Count; row++)
                    {
                        ReadOnlySpan<byte> pixels = new(batch.Buffer.Pointer + (long)row * 3 * Side * Side, 3 * Side * Side);
                        rows.Add(string.Create(CultureInfo.InvariantCulture, $"{batch.Epoch}.{batch.IndexInEpoch}: {batch.Indices[row]} {batch.Labels[row]} {Convert.ToHexString(SHA256.HashData(pixels))}"));
                    }
                }
            }
        }
        finally
        {
            pipelines.ForEach(pipeline => pipeline.Dispose());
        }

        return rows;
    }

    private sealed record Threads(int Readers, int Workers, int Slots);
}
