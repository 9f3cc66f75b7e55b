using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sampling;

/// <summary>timm's samplers, index for index, on its own permutations.</summary>
public sealed class GoldenSamplerTests
{
    private static readonly JsonElement s_golden = JsonDocument.Parse(File.ReadAllBytes(TestPaths.GoldenFile("sampler", "repeat_aug.json"))).RootElement;

    private static readonly Dictionary<int, long[]> s_permutations = [];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, s_golden.GetProperty("cases").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryRankHasTimmsIndices(int number)
    {
        JsonElement golden = s_golden.GetProperty("cases")[number];
        long[] indices = golden.TryGetProperty("sampler", out JsonElement sampler) && sampler.GetString() == "ordered" ? Ordered(golden) : Repeated(golden);
        Assert.Equal(golden.GetProperty("length").GetInt64(), indices.Length);
        if (golden.TryGetProperty("indices", out JsonElement all))
        {
            Assert.Equal(all.EnumerateArray().Select(value => value.GetInt64()), indices);
        }

        if (golden.TryGetProperty("first", out JsonElement first))
        {
            Assert.Equal(first.EnumerateArray().Select(value => value.GetInt64()), indices.Take(first.GetArrayLength()));
            Assert.Equal(golden.GetProperty("last").EnumerateArray().Select(value => value.GetInt64()), indices.TakeLast(first.GetArrayLength()));
        }

        if (golden.TryGetProperty("sum", out JsonElement sum))
        {
            Assert.Equal(sum.GetInt64(), indices.Sum());
            Assert.Equal(golden.GetProperty("unique").GetInt32(), indices.Distinct().Count());
            Assert.Equal(golden.GetProperty("sha256_of_int32_le").GetString(), Sha256(indices));
        }
    }

    /// <summary>By batches, however large they are, a rank has the same.</summary>
    private static long[] Repeated(JsonElement golden)
    {
        int dataset = golden.GetProperty("dataset").GetInt32(), replicas = golden.GetProperty("num_replicas").GetInt32(), rank = golden.GetProperty("rank").GetInt32();
        var rule = new RepeatedAugmentation(dataset, golden.GetProperty("repeats").GetInt32(), replicas, golden.GetProperty("selected_round").GetInt32());
        long[]? permutation = golden.GetProperty("shuffle").GetBoolean() ? PermutationOf(dataset) : null;
        int batchSize = (int)Math.Max(1, rule.LengthOfReplica / 7);
        var partition = new RankPartition(rank, replicas, batchSize, replicas);
        Assert.Equal(rule.LengthOfReplica * replicas, rule.Length);
        var result = new long[rule.LengthOfReplica];
        for (long i = 0; i < result.Length; i++)
        {
            long place = rule.PlaceOf(partition.PositionOf(i / batchSize, (int)(i % batchSize)));
            result[i] = permutation is null ? place : permutation[place];
        }

        return result;
    }

    /// <summary>timm's OrderedDistributedSampler, where it repeats the first samples; the pipeline does not count those.</summary>
    private static long[] Ordered(JsonElement golden)
    {
        int dataset = golden.GetProperty("dataset").GetInt32();
        var plan = new PipelinePlan
        {
            BatchSize = 4,
            Evaluation = true,
            ImageSize = new StreamTrainer.Pipeline.Transforms.ImageSize(1, 1),
            Rank = golden.GetProperty("rank").GetInt32(),
            WorldSize = golden.GetProperty("num_replicas").GetInt32(),
        };
        var result = new List<long>();
        for (long batch = 0; batch < plan.BatchesPerEpoch(dataset); batch++)
        {
            result.AddRange(Enumerable.Range(0, plan.RowsOf(batch, dataset)).Select(row => plan.Partition.PositionOf(batch, row) % dataset));
        }

        return [.. result];
    }

    private static long[] PermutationOf(int count)
    {
        lock (s_permutations)
        {
            if (s_permutations.TryGetValue(count, out long[]? known))
            {
                return known;
            }

            ulong[] keys = [.. Enumerable.Range(0, count).Select(i => NumberFormula.Raw($"perm.{count}", i))];
            long[] order = [.. Enumerable.Range(0, count).Select(i => (long)i)];
            Array.Sort(keys, order);
            JsonElement head = s_golden.GetProperty("perm_heads").GetProperty($"{count}");
            Assert.Equal(head.EnumerateArray().Select(value => value.GetInt64()), order.Take(head.GetArrayLength()));
            return s_permutations[count] = order;
        }
    }

    private static string Sha256(long[] indices)
    {
        var bytes = new byte[4 * indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 * i), (int)indices[i]);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
