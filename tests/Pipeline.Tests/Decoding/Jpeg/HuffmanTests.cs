using CsCheck;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

public sealed class HuffmanTests
{
    private static readonly Gen<long[]> s_weights = Gen.OneOf(Gen.Long[0, 100], Gen.Long[0, 3], Gen.Long[0, 1L << 40]).Array[1, 256];

    /// <summary>The textbook's way: join the two lightest until one is left; the sum of all joined weights is the code's cost.</summary>
    [Fact]
    public void CodesCostWhatHuffmansDoWhereTheirLengthsAllowIt()
    {
        s_weights.Sample(weights =>
        {
            var code = HuffmanCode.Optimal(weights, 16);
            var queue = new PriorityQueue<(long Weight, int Depth), long>();
            queue.Enqueue((0, 0), 0);
            foreach (long weight in weights.Where(weight => weight > 0))
            {
                queue.Enqueue((weight, 0), weight);
            }

            long cost = 0;
            int depth = 0;
            while (queue.Count > 1)
            {
                (long first, int firstDepth) = queue.Dequeue();
                (long second, int secondDepth) = queue.Dequeue();
                cost += first + second;
                depth = Math.Max(firstDepth, secondDepth) + 1;
                queue.Enqueue((first + second, depth), first + second);
            }

            long ours = weights.Select((weight, symbol) => weight * code.Lengths[symbol]).Sum();
            Assert.True(depth > 16 ? ours >= cost : ours == cost, $"{ours} bits, Huffman's {cost}, {depth} long");
        }, iter: 500);
    }

    [Fact]
    public void CodesKeepTheirLimitAndLeaveOnesFree()
    {
        Gen.Select(s_weights, Gen.Int[9, 16]).Sample((weights, limit) =>
        {
            var code = HuffmanCode.Optimal(weights, limit);
            Assert.Equal(weights.Select(weight => weight > 0), code.Lengths[..weights.Length].ToArray().Select(length => length > 0));
            Assert.InRange(code.Lengths.ToArray().Max(), 0, limit);
            double kraft = code.Lengths.ToArray().Where(length => length > 0).Sum(length => Math.Pow(2, -length));
            Assert.True(kraft < 1);
            Assert.DoesNotContain(weights.Select((_, symbol) => symbol), symbol =>
                code.Lengths[symbol] > 0 && code.Codes[symbol] == (1 << code.Lengths[symbol]) - 1);
        }, iter: 500);
    }

    /// <summary>Weights of Fibonacci make the longest codes of all.</summary>
    [Fact]
    public void ALimitCostsNoMoreThanItMust()
    {
        long[] weights = [.. Enumerable.Range(0, 40).Select(i => (long)Math.Pow(1.618, i))];
        long[] costs = [.. Enumerable.Range(9, 8).Select(limit =>
        {
            var code = HuffmanCode.Optimal(weights, limit);
            Assert.Equal(limit, code.Lengths.ToArray().Max());
            return weights.Select((weight, symbol) => weight * code.Lengths[symbol]).Sum();
        })];
        Assert.Equal(costs.OrderDescending(), costs);
        Assert.InRange(costs[0], costs[^1], (long)(costs[^1] * 1.02));
    }

    [Fact]
    public void TablesResolveEveryCodeAndNothingElse()
    {
        s_weights.Sample(weights =>
        {
            var code = HuffmanCode.Optimal(weights, 16);
            using var table = new HuffmanTable();
            Assert.True(table.Build(dc: false, code.Counts, code.Symbols));
            foreach (byte symbol in code.Symbols)
            {
                ulong window = ((ulong)code.Codes[symbol] << (64 - code.Lengths[symbol])) | ((ulong)Random.Shared.NextInt64() >>> code.Lengths[symbol]);
                Assert.Equal((uint)(code.Lengths[symbol] | (symbol << 8)), table.Resolve(window));
            }

            Assert.Equal(0u, table.Resolve(ulong.MaxValue));
        }, iter: 200);
    }

    [Fact]
    public void WhatIsNoCodeIsNoTable()
    {
        using var table = new HuffmanTable();
        var counts = new byte[16];
        counts[0] = 3;
        Assert.False(table.Build(dc: false, counts, [1, 2, 3]));
        // 0 and 1: a code of all ones, which libjpeg refuses too.
        counts[0] = 2;
        Assert.False(table.Build(dc: false, counts, [1, 2]));
        Assert.Throws<ArgumentException>(() => new HuffmanCode(counts, [1, 2]));
        (counts[0], counts[1]) = (1, 1);
        Assert.True(table.Build(dc: false, counts, [1, 2]));
        Assert.False(table.Build(dc: false, counts, [1, 2, 3]));
        Assert.False(table.Build(dc: true, counts, [1, 16]));
        counts[15] = 255;
        Assert.False(table.Build(dc: false, counts, [.. Enumerable.Range(0, 257).Select(i => (byte)i)]));
    }

    /// <summary>Against the codes one by one: for each of the 4096 beginnings of the data what the tables say.</summary>
    [Fact]
    public void EntriesOfSeveralCoefficientsSayWhatTheCodesSay()
    {
        Gen.Select(Gen.Long[0, 1 << 20].Array[256], Gen.Int[0, 15], Gen.Int[9, 16]).Sample((random, sparse, limit) =>
        {
            // Few symbols make short codes, so that many fit into an entry; some of the symbols are illegal.
            long[] weights = [.. random.Select((weight, symbol) => weight % 16 >= sparse ? (weight >> (symbol & 15)) + 1 : 0)];
            var code = HuffmanCode.Optimal(weights, limit);
            using var table = new HuffmanTable();
            Assert.True(table.Build(dc: false, code.Counts, code.Symbols));
            table.MakeRuns();
            for (int index = 0; index < 1 << HuffmanTable.PairBits; index++)
            {
                Assert.Equal(TableReference.Pair(table, index), TableReference.Read(table, index));
            }

            for (int index = 0; index < 1 << HuffmanTable.RunBits; index++)
            {
                Assert.Equal(TableReference.Run(table, index), ReadRun(table, index));
            }
        }, iter: 20);
    }

    private static unsafe int ReadRun(HuffmanTable table, int index) => table.Runs[index];
}
