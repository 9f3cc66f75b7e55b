using System.Globalization;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Shards;

/// <summary>Damage is found, named, and costs no more than the sample that it is in.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly ShardSet _set = new();

    public static TheoryData<ShardPayload> Payloads => PackTests.Payloads;

    public void Dispose() => _set.Dispose();

    [Theory]
    [MemberData(nameof(Payloads))]
    public void AFlippedBitIsFoundAndNamed(ShardPayload payload)
    {
        string path = _set.Pack("pack", payload);
        var random = new Random(7);
        using ISampleSource source = _set.Open();
        ShardIndex index = ShardIndexFormat.Read(File.ReadAllBytes(Path.Combine(path, "index.msgpack")), path);
        string[] files = [.. Directory.GetFiles(path, "*.bin").Order(StringComparer.Ordinal)];
        for (int round = 0; round < (TestPaths.Full ? 2000 : 48); round++)
        {
            int number = round % files.Length;
            byte[] whole = File.ReadAllBytes(files[number]), bytes = [.. whole];
            // Everywhere, and often where little is: headers, ends.
            int at = (round % 4) switch { 0 => random.Next(64), 1 => bytes.Length - 1 - random.Next(64), _ => random.Next(bytes.Length) };
            bytes[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(files[number], bytes);
            int hit = Enumerable.Range(0, index.Count).FirstOrDefault(i => index.FileOf(i).Number == number && at >= index.OffsetOf(i) && at < index.OffsetOf(i) + index.LengthOf(i), -1);

            VerifyResult result = ShardVerifier.Verify(path, null, 0, 2, null, TestContext.Current.CancellationToken);
            ShardFault fault = Assert.Single(result.Faults);
            Assert.Equal(Path.GetFileName(files[number]), fault.File);
            Assert.Equal(hit < 0 ? null : hit, (int?)fault.Sample);
            Assert.Equal(hit < 0 ? null : source.PathOf(hit), fault.Name);

            using (var packed = ShardSource.Open(path))
            using (var sample = new EncodedSample())
            {
                for (int i = 0; i < packed.Count; i++)
                {
                    if (i == hit)
                    {
                        var error = Assert.Throws<IOException>(() => packed.Read(i, sample));
                        Assert.Contains(fault.File, error.Message, StringComparison.Ordinal);
                    }
                    else
                    {
                        packed.Read(i, sample);
                    }
                }
            }

            File.WriteAllBytes(files[number], whole);
        }

        Assert.True(ShardVerifier.Verify(path, source, long.MaxValue, 2, null, TestContext.Current.CancellationToken).Sound);
    }

    [Fact]
    public void AFlippedBitOfTheIndexIsOneClearError()
    {
        string path = _set.Pack("pack", ShardPayload.Copy), file = Path.Combine(path, "index.msgpack");
        byte[] whole = File.ReadAllBytes(file);
        for (int at = 0; at < whole.Length; at += at < 64 ? 1 : 37)
        {
            byte[] bytes = [.. whole];
            bytes[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(file, bytes);
            var error = Assert.Throws<UserErrorException>(() => SampleSources.Open(path));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            VerifyResult result = ShardVerifier.Verify(path, null, 0, 1, null, TestContext.Current.CancellationToken);
            Assert.Equal("index.msgpack", Assert.Single(result.Faults).File);
        }
    }

    [Fact]
    public void ATruncatedOrMissingFileIsFoundWhenItIsOpened()
    {
        string path = _set.Pack("pack", ShardPayload.Coefficients), file = Path.Combine(path, "shard-00001.bin");
        byte[] whole = File.ReadAllBytes(file);
        using ISampleSource source = _set.Open();
        ShardIndex index = ShardIndexFormat.Read(File.ReadAllBytes(Path.Combine(path, "index.msgpack")), path);
        ShardFile lost = index.Files[1];
        long bytes = ShardVerifier.Verify(path, null, 0, 2, null, TestContext.Current.CancellationToken).Bytes;
        Assert.Equal(Directory.GetFiles(path).Sum(each => new FileInfo(each).Length), bytes);
        foreach (int length in (int[])[0, 1, 63, 64, 4096, whole.Length - 64, whole.Length - 1, whole.Length + 1])
        {
            File.WriteAllBytes(file, length <= whole.Length ? whole[..length] : [.. whole, 0]);
            var error = Assert.Throws<UserErrorException>(() => SampleSources.Open(path));
            Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{file}: has {length} byte{(length == 1 ? "" : "s")}, and {whole.Length} by the index"), error.Message, StringComparison.Ordinal);
            Assert.Contains(length < whole.Length ? "truncated" : "another file", error.Message, StringComparison.Ordinal);
            WorkProgress last = default;
            VerifyResult result = ShardVerifier.Verify(path, source, long.MaxValue, 2, progress => last = progress, TestContext.Current.CancellationToken);
            Assert.Equal("shard-00001.bin", Assert.Single(result.Faults).File);
            Assert.Equal((index.Count - lost.Count, lost.Count, index.Count - lost.Count), (result.Samples, result.NotRead, result.Compared));
            Assert.Equal(bytes - lost.Length, result.Bytes);
            Assert.Equal((result.Samples, result.Samples), (last.Done, last.Total));
        }

        File.Delete(file);
        Assert.Contains("shard-00001.bin: missing", Assert.Throws<UserErrorException>(() => SampleSources.Open(path)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(file, whole);
        File.Delete(Path.Combine(path, "index.msgpack"));
        Assert.Throws<UserErrorException>(() => ShardSource.Open(path));
    }

    /// <summary>A file that is made shorter under a map would end the process where its bytes are touched.</summary>
    [Fact]
    public void AFileThatBecameShorterIsAnErrorOfItsSamplesAlone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs madvise(MADV_POPULATE_READ)");
        string path = _set.Pack("pack", ShardPayload.Copy);
        using var packed = ShardSource.Open(path);
        using (FileStream file = File.Open(Path.Combine(path, "shard-00001.bin"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(8192);
        }

        using var sample = new EncodedSample();
        int lost = 0;
        for (int i = 0; i < packed.Count; i++)
        {
            ShardRow row = packed.Index[i];
            if (packed.Index.FileOf(i).Number == 1 && row.Offset + row.Length > 8192)
            {
                Assert.Throws<IOException>(() => packed.Read(i, sample));
                lost++;
            }
            else if (packed.Index.FileOf(i).Number != 1)
            {
                packed.Read(i, sample);
            }
        }

        Assert.True(lost > 0);
    }

    [Fact]
    public void AnotherPacksFileIsNotTaken()
    {
        string path = _set.Pack("pack", ShardPayload.Copy), other = _set.Pack("other", ShardPayload.Copy);
        // The same sizes, another place.
        string[] files = [.. Directory.GetFiles(other, "*.bin").Order(StringComparer.Ordinal)];
        byte[] bytes = File.ReadAllBytes(files[0]);
        ShardLayout.WriteHeader(bytes, 5, new byte[16]);
        File.WriteAllBytes(Path.Combine(path, Path.GetFileName(files[0])), bytes);
        Assert.Contains("belongs to other shards", Assert.Single(ShardVerifier.Verify(path, null, 0, 2, null, TestContext.Current.CancellationToken).Faults).What, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatDiffersFromTheSourceIsNamed()
    {
        string path = _set.Pack("pack", ShardPayload.Copy);
        using ISampleSource source = _set.Open();
        const int Changed = 17;
        string file = source.NameOf(Changed);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        VerifyResult result = ShardVerifier.Verify(path, source, long.MaxValue, 3, null, TestContext.Current.CancellationToken);
        ShardFault fault = Assert.Single(result.Faults);
        Assert.Equal((Changed, source.PathOf(Changed)), ((int)fault.Sample!, fault.Name));
        Assert.Contains("the source has other bytes", fault.What, StringComparison.Ordinal);
        Assert.Equal(source.Count, result.Compared);
        Assert.Equal(5, Enumerable.Range(0, (int)source.Count).Count(i => VerifyWorker.IsCompared(i, source.Count, 5)));
    }
}
