using CsCheck;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sampling;

public sealed class PermutationTests
{
    [Fact]
    public void IsABijection()
    {
        Gen.Select(Gen.Int[1, 3000], Gen.Long, Gen.Int[0, 1000]).Sample((count, seed, epoch) =>
        {
            var permutation = new KeyedPermutation(count, seed, epoch);
            var seen = new bool[count];
            for (int i = 0; i < count; i++)
            {
                seen[permutation[i]] = true;
                Assert.Equal(i, permutation.Inverse(permutation[i]));
            }

            Assert.DoesNotContain(false, seen);
        }, iter: 500);
    }

    [Theory]
    [InlineData(1_281_167L)]
    [InlineData(1L << 40)]
    [InlineData(1L << 62)]
    public void NeedsNoMemoryForAnyCount(long count)
    {
        long wrong = 0;
        Assert.Equal(0, Allocated.Least(() =>
        {
            var permutation = new KeyedPermutation(count, 1, 2);
            for (int i = 0; i < 10_000; i++)
            {
                long value = permutation[count - 1 - i];
                wrong += value < 0 || value >= count ? 1 : 0;
            }
        }));
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void EpochsAndSeedsHaveNothingInCommon()
    {
        const int Count = 10_000;
        var orders = new List<KeyedPermutation> { new(Count, 0, 0), new(Count, 0, 1), new(Count, 1, 0), new(Count, 1, 1) };
        for (int a = 0; a < orders.Count; a++)
        {
            for (int b = a + 1; b < orders.Count; b++)
            {
                // Two random permutations agree at one place on average.
                Assert.InRange(Enumerable.Range(0, Count).Count(i => orders[a][i] == orders[b][i]), 0, 8);
            }
        }
    }

    [Fact]
    public void NeighboursAreTornApartAndEveryPlaceIsAsLikely()
    {
        const int Count = 997, Epochs = 2000;
        var first = new int[10];
        double distance = 0;
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            var permutation = new KeyedPermutation(Count, 7, epoch);
            first[permutation[0] * 10 / Count]++;
            distance += Math.Abs(permutation[1] - permutation[0]);
        }

        // The mean distance of two uniform numbers is a third of the range; 200 in a tenth, standard deviation 13.
        Assert.InRange(distance / Epochs / Count, 0.31, 0.355);
        Assert.All(first, times => Assert.InRange(times, 135, 265));
    }

    [Fact]
    public void DrawsAreThoseOfPhilox()
    {
        // The known answers of the Random123 distribution (kat_vectors, philox4x32 of 10 rounds).
        Assert.Equal([0xe169c58d_6627e8d5, 0x9b00dbd8_bc57ac4c], Raw(0, 0, 0, 0, 0));
        Assert.Equal([0x41c83b0e_408f276d, 0x6d5451fd_a20bc7c6], Raw(ulong.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue));
        Assert.Equal([0x94fdcceb_d16cfe09, 0x24126ea1_5001e420], Raw(0x299f31d0_a4093822, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344));
        var draws = new SampleRandom(1, 2, 3);
        ulong[] values = [draws.NextUInt64(), draws.NextUInt64(), draws.NextUInt64()];
        var again = new SampleRandom(1, 2, 3);
        Assert.All(values, value => Assert.Equal(value, again.NextUInt64()));
        Assert.Equal(values.Length, values.Distinct().Count());
        Assert.NotEqual(values[0], new SampleRandom(1, 2, 4).NextUInt64());
        Assert.NotEqual(values[0], new SampleRandom(1, 3, 3).NextUInt64());
        Assert.NotEqual(values[0], new SampleRandom(2, 2, 3).NextUInt64());
        Assert.NotEqual(values[0], new SampleRandom(1, 2, 3, RandomStream.Mix).NextUInt64());
    }

    /// <summary>Runs of an older version resume with the order and the draws that they began with.</summary>
    [Fact]
    public void NoLaterVersionOrdersOrDrawsOtherwise()
    {
        var order = new KeyedPermutation(1000, 1, 2);
        Assert.Equal("451 664 71 200 913 572 363 569", string.Join(' ', Enumerable.Range(0, 8).Select(i => order[i])));
        Assert.Equal("a0736c785dc17fd7", new SampleRandom(1, 2, 3).NextUInt64().ToString("x16", System.Globalization.CultureInfo.InvariantCulture));
    }

    private static ulong[] Raw(ulong key, uint c0, uint c1, uint c2, uint c3)
    {
        var random = new SampleRandom(key, c0, c1, c2, c3);
        return [random.NextUInt64(), random.NextUInt64()];
    }
}
