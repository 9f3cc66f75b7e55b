using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Shards;

public sealed class PackTests : IDisposable
{
    private readonly ShardSet _set = new();

    public static TheoryData<ShardPayload> Payloads => [.. Enum.GetValues<ShardPayload>()];

    public void Dispose() => _set.Dispose();

    [Theory]
    [MemberData(nameof(Payloads))]
    public void HoldsTheSourcesSamplesInItsOrder(ShardPayload payload)
    {
        string path = _set.Pack("pack", payload);
        using ISampleSource source = _set.Open(), packed = SampleSources.Open(path);
        Assert.IsType<ShardSource>(packed);
        Assert.Equal(source.Count, packed.Count);
        Assert.Equal(source.ClassNames, packed.ClassNames);
        using var sample = new EncodedSample();
        using var original = new EncodedSample();
        int made = 0;
        for (long i = 0; i < source.Count; i++)
        {
            Assert.Equal(source.LabelOf(i), packed.LabelOf(i));
            Assert.Equal(source.PathOf(i), packed.PathOf(i));
            Assert.Equal($"{path}:{source.PathOf(i)}", packed.NameOf(i));
            source.Read(i, original);
            packed.Read(i, sample);
            if (sample.Kind == PayloadKind.Encoded)
            {
                Assert.True(original.Bytes.SequenceEqual(sample.Bytes));
            }
            else
            {
                made++;
            }
        }

        Assert.Equal(payload == ShardPayload.Copy, made == 0);
        Assert.True(Directory.GetFiles(path, "shard-*.bin").Length > 2);
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void IsTheSameForAnyNumberOfWorkers(ShardPayload payload)
    {
        string one = _set.Pack("one", payload, 1);
        foreach (int workers in (int[])[2, 5])
        {
            ShardSet.AssertSame(one, _set.Pack($"with{workers}", payload, workers));
        }

        // What is complete is left alone.
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(one, "index.msgpack"));
        _set.Pack("one", payload, 3);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(one, "index.msgpack")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20_000)]
    [InlineData(200_000)]
    public void IsTheSameHoweverLittleIsHeldInMemory(int mostBytes)
    {
        string whole = _set.Pack("whole", ShardPayload.Coefficients);
        using ISampleSource source = _set.Open();
        foreach (int workers in (int[])[1, 4])
        {
            string path = _set.At($"with{workers}");
            long done = 0;
            ShardPacker.Pack(source, path, ShardSet.Options(ShardPayload.Coefficients), workers, mostBytes, progress => done = progress.Done, TestContext.Current.CancellationToken);
            ShardSet.AssertSame(whole, path);
            Assert.Equal(source.Count, done);
        }
    }

    [Fact]
    public void AChunkIsWrittenBeforeItBecomesTooLarge()
    {
        const int Limit = 20_000;
        using ISampleSource source = _set.Open();
        using var packer = new SamplePacker(ShardSet.Options(ShardPayload.Copy), null);
        var chunk = new PackedChunk();
        long largest = Enumerable.Range(0, (int)source.Count).Max(i => new FileInfo(source.NameOf(i)).Length);
        var parts = new List<int>();
        Assert.True(chunk.Fill(source, 0, 0, packer, Limit, () =>
        {
            Assert.InRange(chunk.Bytes.WrittenCount, Limit, Limit + ShardLayout.Aligned(largest));
            Assert.Equal(0, chunk.Rows[0].Offset);
            parts.Add(chunk.Rows.Count);
            return true;
        }));
        Assert.True(parts.Count > 1);
        Assert.Equal(PackedChunk.Most, parts.Sum() + chunk.Rows.Count);
        Assert.False(chunk.Fill(source, 0, 0, packer, Limit, () => false));
    }

    [Fact]
    public void StoppedWhilePartsAreWaitedForItEnds()
    {
        using ISampleSource source = _set.Open();
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => ShardPacker.Pack(source, _set.At("stopped"), ShardSet.Options(ShardPayload.Copy), 4, 1, _ => stop.Cancel(), stop.Token));
        using ISampleSource bad = new Batching.FakeSource(100) { Unreadable = [42] };
        Assert.Throws<UserErrorException>(() => ShardPacker.Pack(bad, _set.At("bad"), new PackOptions(), 3, 1, null, TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void GoesOnWhereItWasStopped(ShardPayload payload)
    {
        string whole = _set.Pack("whole", payload);
        int files = Directory.GetFiles(whole, "*.bin").Length;
        string path = _set.At("stopped");
        for (int round = 0; round < 20 && !File.Exists(Path.Combine(path, "index.msgpack")); round++)
        {
            using var stop = new CancellationTokenSource();
            int wanted = Math.Min(files, (round * files / 4) + 1);
            // Stopped as soon as there are more files than before.
            using var watch = new Watch(() => Directory.Exists(path) && Directory.GetFiles(path, "*.part").Length >= wanted, stop);
            try
            {
                _set.Pack("stopped", payload, stop.Token);
            }
            catch (OperationCanceledException)
            {
                // Not finished, and nobody takes it for that.
                var error = Assert.Throws<UserErrorException>(() => SampleSources.Open(path));
                Assert.Contains("packing is not finished", error.Message, StringComparison.Ordinal);
            }
        }

        ShardSet.AssertSame(whole, path);
    }

    [Fact]
    public void WhatADeadProcessLeftIsUsedOrCleanedAway()
    {
        string whole = _set.Pack("whole", ShardPayload.Copy);
        string[] bins = [.. Directory.GetFiles(whole, "*.bin").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
        using ISampleSource source = _set.Open();
        string path = _set.At("left");

        // Begin as the packer does, then leave every kind of debris: a gap, a torn part, a file without rows, unfinished ones.
        using (var stop = new CancellationTokenSource())
        {
            using var watch = new Watch(() => File.Exists(Path.Combine(path, bins[1][..^4] + ".part")), stop);
            try
            {
                ShardPacker.Pack(source, path, ShardSet.Options(ShardPayload.Copy), 1, null, stop.Token);
            }
            catch (OperationCanceledException)
            {
            }
        }

        if (!File.Exists(Path.Combine(path, "index.msgpack")))
        {
            File.WriteAllBytes(Path.Combine(path, "shard-00001.part"), [1, 2, 3]);
            File.WriteAllBytes(Path.Combine(path, "shard-00007.bin"), new byte[100]);
            File.WriteAllBytes(Path.Combine(path, "shard-00008.bin.unfinished"), new byte[100]);
            File.WriteAllBytes(Path.Combine(path, "index.msgpack.abc.unfinished"), new byte[100]);
            File.WriteAllBytes(Path.Combine(path, "packing.lock"), []);
        }

        PackResult result = ShardPacker.Pack(source, path, ShardSet.Options(ShardPayload.Copy), 2, null, TestContext.Current.CancellationToken);
        Assert.Equal(source.Count, result.Samples);
        ShardSet.AssertSame(whole, path);
    }

    [Fact]
    public void TakesNoOtherFolder()
    {
        using ISampleSource source = _set.Open();
        void Refused(string path, PackOptions options, string message)
        {
            SortedDictionary<string, byte[]>? before = Directory.Exists(path) ? ShardSet.Files(path) : null;
            var error = Assert.Throws<UserErrorException>(() => ShardPacker.Pack(source, path, options, 2, null, TestContext.Current.CancellationToken));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
            Assert.Equal(before?.Keys, Directory.Exists(path) ? ShardSet.Files(path).Keys : null);
        }

        PackOptions options = ShardSet.Options(ShardPayload.Copy);
        Refused(_set.SourcePath, options, "holds 'class");
        File.WriteAllText(_set.At("file"), "");
        Refused(_set.At("file"), options, "is a file");
        Directory.CreateDirectory(_set.At("mine"));
        File.WriteAllText(Path.Combine(_set.At("mine"), "shard-00000.bin"), "my own");
        Refused(_set.At("mine"), options, "holds 'shard-00000.bin'");

        string path = _set.Pack("pack", ShardPayload.Copy);
        Refused(path, options with { ShardSize = 1 << 20 }, "with other options (--payload copy --shard-size 150000B)");
        Refused(path, options with { Payload = ShardPayload.Coefficients }, "with other options");
        Refused(path, options with { MaxSide = 100 }, "with other options");
        using var less = new SubsetSource(_set.Open(), [1, 2, 3]);
        var error = Assert.Throws<UserErrorException>(() => ShardPacker.Pack(less, path, options, 2, null, TestContext.Current.CancellationToken));
        Assert.Contains("another source", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoCannotPackIntoOneFolder()
    {
        using var begun = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        using ISampleSource source = _set.Open();
        string path = _set.At("both");
        CancellationToken token = TestContext.Current.CancellationToken;
        var first = new Thread(() => ShardPacker.Pack(source, path, ShardSet.Options(ShardPayload.Copy), 1, _ =>
        {
            begun.Set();
            go.Wait(token);
        }, token));
        first.Start();
        begun.Wait(TestContext.Current.CancellationToken);
        var error = Assert.Throws<UserErrorException>(() => _set.Pack("both", ShardPayload.Copy));
        Assert.Contains("another process is packing into it", error.Message, StringComparison.Ordinal);
        go.Set();
        first.Join();
        Assert.True(ShardVerifier.Verify(path, source, long.MaxValue, 2, null, TestContext.Current.CancellationToken).Sound);
    }

    [Fact]
    public void ASourceThatCannotBeReadIsNamed()
    {
        using ISampleSource source = new Batching.FakeSource(100) { Unreadable = [42] };
        var error = Assert.Throws<UserErrorException>(() => ShardPacker.Pack(source, _set.At("bad"), new PackOptions(), 3, null, TestContext.Current.CancellationToken));
        Assert.StartsWith("fake/42: cannot be read: bad sector", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LossyPacksSayThatTheyAre()
    {
        using ISampleSource source = _set.Open();
        string path = _set.At("lossy");
        PackOptions options = ShardSet.Options(ShardPayload.Coefficients) with { MaxSide = 100, Quality = 80 };
        PackResult result = ShardPacker.Pack(source, path, options, 2, null, TestContext.Current.CancellationToken);
        using var packed = ShardSource.Open(path);
        Assert.Equal(options, packed.Index.Header.Options);
        Assert.True(packed.Index.Header.Options.Lossy);
        for (int i = 0; i < packed.Count; i++)
        {
            ShardRow row = packed.Index[i];
            Assert.True(row.Kind != PayloadKind.Coefficients || Math.Max(row.Width, row.Height) == 100);
        }

        Assert.True(result.Kinds["coefficients"] > result.Samples / 2);
        Assert.True(ShardVerifier.Verify(path, source, long.MaxValue, 2, null, TestContext.Current.CancellationToken).Sound);
    }

    [Theory]
    [InlineData(ShardPayload.Indexed)]
    [InlineData(ShardPayload.Coefficients)]
    public void APackOfPayloadsIsNoSource(ShardPayload payload)
    {
        // Its payloads belong to its own index; copied into another they would be other pixels, or none.
        using ISampleSource packed = SampleSources.Open(_set.Pack("packed", payload));
        foreach (ShardPayload target in Enum.GetValues<ShardPayload>())
        {
            var error = Assert.Throws<UserErrorException>(() =>
                ShardPacker.Pack(packed, _set.At($"again{target}"), ShardSet.Options(target), 2, null, TestContext.Current.CancellationToken));
            Assert.Contains("it is a pack already", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void APartsIndexIsNotTakenForAWholePacks()
    {
        using ISampleSource source = _set.Open();
        string path = _set.At("part");
        using (var stop = new CancellationTokenSource())
        {
            using var watch = new Watch(() => Directory.Exists(path) && Directory.GetFiles(path, "*.part").Length > 0, stop);
            Assert.ThrowsAny<OperationCanceledException>(() => ShardPacker.Pack(source, path, ShardSet.Options(ShardPayload.Copy), 1, _ => Thread.Sleep(1), stop.Token));
        }

        File.Copy(Directory.GetFiles(path, "*.part").Order(StringComparer.Ordinal).First(), Path.Combine(path, "index.msgpack"));
        Assert.Contains("the index of a part", Assert.Throws<UserErrorException>(() => SampleSources.Open(path)).Message, StringComparison.Ordinal);
    }

    /// <summary>Cancels as soon as something is so. When it is disposed, it looks no more.</summary>
    private sealed class Watch : IDisposable
    {
        private readonly Timer _timer;

        public Watch(Func<bool> seen, CancellationTokenSource stop) => _timer = new Timer(_ =>
        {
            if (seen())
            {
                stop.Cancel();
            }
        }, null, 0, 1);

        public void Dispose()
        {
            using var ended = new ManualResetEvent(false);
            _timer.Dispose(ended);
            ended.WaitOne();
        }
    }
}
