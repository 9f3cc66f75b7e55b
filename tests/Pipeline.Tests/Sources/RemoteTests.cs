using System.Formats.Tar;
using CsCheck;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Sources.Remote;
using StreamTrainer.Pipeline.Tests.Batching;
using StreamTrainer.Pipeline.Tests.Decoding;
using StreamTrainer.Pipeline.Tests.Shards;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Sources;

/// <summary>What comes over a network is what lies on the disk, whatever the server does; and where it cannot be had, it is said why.</summary>
[Collection(nameof(Alone))]
public sealed class RemoteTests : IDisposable
{
    private static readonly Fault[] s_passing = [Fault.None, Fault.Drop, Fault.Truncate, Fault.Busy, Fault.Delay, Fault.Hang, Fault.Throttle, Fault.WrongRange];

    private readonly TestFolder _folder = new();
    private readonly RemoteOptions _before = RemoteOptions.Current;

    public RemoteTests()
    {
        RemoteOptions.Current = new RemoteOptions
        {
            Idle = TimeSpan.FromMilliseconds(250),
            FirstPause = TimeSpan.FromMilliseconds(2),
            LongestPause = TimeSpan.FromMilliseconds(50),
            Cached = false,
        };
        // Both for the S3 client, which is made once.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "SESAMEKEY");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "opensesame");
        Environment.SetEnvironmentVariable("AWS_REGION", "us-east-1");
    }

    public void Dispose()
    {
        RemoteOptions.Current = _before;
        _folder.Dispose();
    }

    [Fact]
    public void EveryRangeIsThatOfTheFileWhateverTheServerDoes()
    {
        byte[] content = new byte[300_000];
        new Random(1).NextBytes(content);
        Gen.Select(Gen.Int[0, s_passing.Length - 1].Select(i => s_passing[i]).Array[30], Gen.Select(Gen.Int[0, content.Length + 10], Gen.Int[0, 70_000]).Array[1, 4]).Sample((faults, ranges) =>
        {
            // In the end it answers: a server that never does is another test.
            using var server = new RangeServer(request => request % 7 == 6 ? Fault.None : faults[request % faults.Length]);
            server.Files["/a"] = content;
            using ByteFile file = ByteFile.Open($"{server.Address}/a");
            Assert.Equal(content.Length, file.Length);
            foreach ((int offset, int length) in ranges)
            {
                var bytes = new byte[length];
                int read = file.Read(bytes, offset);
                Assert.Equal(Math.Clamp(content.Length - offset, 0, length), read);
                Assert.True(bytes.AsSpan(0, read).SequenceEqual(content.AsSpan(Math.Min(offset, content.Length), read)));
            }
        }, iter: 8, threads: 1);
    }

    [Theory]
    [InlineData(Fault.Missing, "the server says 404 (NotFound)")]
    [InlineData(Fault.Forbidden, "the server says 403 (Forbidden); set STREAMTRAINER_HTTP_AUTHORIZATION")]
    [InlineData(Fault.Whole, "the server gives no ranges")]
    [InlineData(Fault.Busy, "the server says 503 (ServiceUnavailable); tried")]
    [InlineData(Fault.Drop, "tried")]
    public void WhatCannotBeOpenedSaysWhy(Fault fault, string message)
    {
        RemoteOptions.Current = RemoteOptions.Current with { OpeningPatience = TimeSpan.FromMilliseconds(50) };
        using var server = new RangeServer(_ => fault);
        server.Files["/a.tar"] = new byte[1000];
        string location = $"{server.Address}/a.tar";
        var error = Assert.Throws<UserErrorException>(() => SampleSources.Open(location));
        Assert.StartsWith(location, error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AServerThatStaysAwayEndsTheRunAndNoSampleIsReplaced()
    {
        RemoteOptions.Current = RemoteOptions.Current with { Patience = TimeSpan.FromMilliseconds(100) };
        bool away = false;
        using var server = new RangeServer(_ => Volatile.Read(ref away) ? Fault.Drop : Fault.None);
        server.Files["/a"] = new byte[1000];
        using ByteFile file = ByteFile.Open($"{server.Address}/a");
        away = true;
        var error = Assert.Throws<UserErrorException>(() => file.Read(new byte[10], 5));
        Assert.Contains("goes on with 'resume'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatChangesOnTheServerEndsTheRun()
    {
        using var server = new RangeServer();
        server.Files["/a"] = new byte[1000];
        using ByteFile file = ByteFile.Open($"{server.Address}/a");
        server.Tag = "\"two\"";
        Assert.Contains("has changed on the server", Assert.Throws<UserErrorException>(() => file.Read(new byte[10], 5)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://user:secret@127.0.0.1/a.tar")]
    [InlineData("http://127.0.0.1/a.tar?X-Amz-Signature=secret")]
    [InlineData("s3://key:secret@bucket/a.tar")]
    public void CredentialsInAnAddressAreRefusedAndNotRepeated(string location)
    {
        var error = Assert.Throws<UserErrorException>(() => SampleSources.Open(location));
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", Assert.ThrowsAny<UserErrorException>(() =>
        {
            SampleSources.CheckExists("data.train", location);
            SampleSources.Open(location).Dispose();
        }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CredentialsOfTheEnvironmentReachTheServerAndNoError()
    {
        using var server = new RangeServer(request => request == 0 ? Fault.None : Fault.Forbidden);
        server.Files["/a"] = new byte[1000];
        Environment.SetEnvironmentVariable(HttpFile.AuthorizationVariable, "Bearer sesame");
        try
        {
            using ByteFile file = ByteFile.Open($"{server.Address}/a");
            var error = Assert.Throws<UserErrorException>(() => file.Read(new byte[10], 5));
            Assert.DoesNotContain("sesame", error.ToString(), StringComparison.Ordinal);
            Assert.Equal("Bearer sesame", server.Authorizations.First());
        }
        finally
        {
            Environment.SetEnvironmentVariable(HttpFile.AuthorizationVariable, null);
        }
    }

    [Fact]
    public void ASetOfTarsIsTheSameOverTheNetworkFromABadServerAndFromTheDisk()
    {
        RemoteOptions.Current = RemoteOptions.Current with { Readers = 8, Cached = true, Cache = new RangeCache(Path.Combine(_folder.Path, "cache"), 64 << 20) };
        using var server = new RangeServer(request => request % 5 == 4 ? Fault.None : s_passing[request * 7 / 4 % s_passing.Length]);
        for (int tar = 0; tar < 3; tar++)
        {
            string path = Path.Combine(_folder.Path, $"set-{tar:00}.tar");
            WriteTar(path, tar);
            server.Files[$"/set-{tar:00}.tar"] = File.ReadAllBytes(path);
        }

        string remote = $"{server.Address}/set-{{00..02}}.tar", local = Path.Combine(_folder.Path, "set-{00..02}.tar");
        SampleSources.CheckExists("data.train", remote);
        SampleSources.CheckExists("data.train", local);
        Assert.Equal(remote, SampleSources.Rooted(remote));
        // Cold, then from the cache, then without one.
        string[] cold = Batches(remote);
        Assert.Equal(Batches(local), cold);
        int asked = server.Requests;
        Assert.Equal(cold, Batches(remote));
        Assert.InRange(server.Requests - asked, 3, 40);
        RemoteOptions.Current = RemoteOptions.Current with { Cached = false };
        Assert.Equal(cold, Batches(remote));
    }

    [Theory]
    [InlineData(ShardPayload.Copy)]
    [InlineData(ShardPayload.Indexed)]
    [InlineData(ShardPayload.Coefficients)]
    public void ShardsAreTheSameOverTheNetworkFromABadServerAndFromTheDisk(ShardPayload payload)
    {
        RemoteOptions.Current = RemoteOptions.Current with { Readers = 8, Cached = true, Cache = new RangeCache(Path.Combine(_folder.Path, "cache"), 256 << 20) };
        using var set = new ShardSet(repeat: 1);
        string pack = set.Pack("pack", payload);
        using var server = new RangeServer(request => request % 3 == 2 ? Fault.None : s_passing[request % s_passing.Length]);
        foreach ((string name, byte[] content) in ShardSet.Files(pack))
        {
            server.Files[$"/pack/{name}"] = content;
        }

        string[] remote = Batches($"{server.Address}/pack/index.msgpack");
        Assert.Equal(Batches(pack), remote);
        Assert.Equal(remote, Batches($"{server.Address}/pack/index.msgpack"));
        server.Files[$"/pack/{server.Files.Keys.First(name => name.EndsWith(".bin", StringComparison.Ordinal))[6..]}"] = new byte[100];
        Assert.Contains("it is another file", Assert.Throws<UserErrorException>(() => SampleSources.Open($"{server.Address}/pack/index.msgpack")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnS3ObjectIsReadByRangesAndItsKeysStayWhereTheyAre()
    {
        using var server = new RangeServer(request => request % 4 == 3 ? Fault.None : s_passing[request * 5 % s_passing.Length]);
        byte[] content = new byte[100_000];
        new Random(2).NextBytes(content);
        server.Files["/bucket/deep/a.tar"] = content;
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", server.Address);
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_S3", server.Address);
        using ByteFile file = ByteFile.Open("s3://bucket/deep/a.tar");
        Assert.Equal(content.Length, file.Length);
        var bytes = new byte[5000];
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(bytes.Length, file.Read(bytes, i * 9000));
            Assert.True(content.AsSpan(i * 9000, bytes.Length).SequenceEqual(bytes));
        }

        Assert.All(server.Authorizations, header => Assert.Contains("Credential=SESAMEKEY/", header, StringComparison.Ordinal));
        Assert.NotEmpty(server.Authorizations);
        var missing = Assert.Throws<UserErrorException>(() => ByteFile.Open("s3://bucket/b.tar"));
        Assert.Equal("s3://bucket/b.tar: cannot be read: the server says 404 (NotFound); see that the address is right", missing.Message);
        Assert.DoesNotContain("sesame", missing.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("an object is named s3://bucket/key", Assert.Throws<UserErrorException>(() => ByteFile.Open("s3://bucket")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(0, 7)]
    public void BlocksComeByFewRequests(int repeats, long step)
    {
        RemoteOptions.Current = RemoteOptions.Current with { Readers = 8, Cached = true, Cache = new RangeCache(Path.Combine(_folder.Path, "cache"), 256 << 20) };
        const int Count = 600, BatchSize = 10;
        string tar = Path.Combine(_folder.Path, "blocks.tar");
        WriteTar(tar, 1, Count);
        using var server = new RangeServer();
        server.Files["/blocks.tar"] = File.ReadAllBytes(tar);
        var data = new DataOptions { Shuffle = new Shuffle(25, 100), AugRepeats = repeats, Workers = 2, RingMemory = new ByteSize(3 * BatchSize * 24) };
        using ISampleSource local = SampleSources.Open(tar), remote = SampleSources.Open($"{server.Address}/blocks.tar");
        int before = server.Requests;
        List<string> near = All(local), far = All(remote);
        Assert.Equal(near, far);
        // A request a block, kept for the next epoch, and what the readers ask for themselves before the first blocks are under way.
        Assert.InRange(server.Requests - before, 2, (Count / 25) + 8);

        List<string> All(ISampleSource source)
        {
            var plan = PipelinePlan.ForTraining(4, BatchSize, FakeTransform.Size, 2, step, Count, data);
            var result = new List<string>();
            using var pipeline = new ImagePipeline(source, () => new FirstBytes(), data, plan, new NativeBatchMemory(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
            while (pipeline.Take(CancellationToken.None) is { } batch)
            {
                result.Add(Flow.Describe(batch));
                batch.Dispose();
                if (source == remote)
                {
                    Quiet(server);
                }
            }

            return result;
        }
    }

    /// <summary>Waits until nothing has been asked of a server for a while: whoever takes batches slowly finds the prefetchers ahead.</summary>
    private static void Quiet(RangeServer server)
    {
        for (int seen = -1; seen != server.Requests;)
        {
            seen = server.Requests;
            Thread.Sleep(15);
        }
    }

    /// <summary>All batches of two epochs as text.</summary>
    private static string[] Batches(string location)
    {
        using ISampleSource source = SampleSources.Open(location);
        var plan = new PipelinePlan { BatchSize = 5, Epochs = 2, Seed = 4, ImageSize = FakeTransform.Size };
        return [.. Flow.All(Flow.Open(source, plan, readers: source.Readers, transform: () => new FirstBytes()))];
    }

    internal static void WriteTar(string path, int number, int count = 7)
    {
        using FileStream file = File.Create(path);
        using var writer = new TarWriter(file, TarEntryFormat.Ustar);
        var random = new Random(number);
        for (int i = 0; i < count; i++)
        {
            byte[] content = new byte[40 + random.Next(9000)];
            random.NextBytes(content);
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"class{(i + number) % 4}/{number}-{i}.jpg") { DataStream = new MemoryStream(content) });
        }
    }

    private sealed class FirstBytes : StreamTrainer.Pipeline.Transforms.IImageTransform
    {
        public StreamTrainer.Pipeline.Transforms.ImageSize OutputSize => FakeTransform.Size;

        public void Apply(EncodedSample sample, in StreamTrainer.Pipeline.Sampling.SamplePlace place, Span<byte> destination, ref StreamTrainer.Pipeline.Transforms.TransformTiming timing)
        {
            // All bytes count.
            System.IO.Hashing.XxHash128.Hash(sample.Bytes, destination);
            BitConverter.TryWriteBytes(destination[16..], place.Random().NextUInt64());
        }

        public void Dispose()
        {
        }
    }
}
