using System.Text.Json;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>The commands of shards, as the real program: packed, killed, gone on with, verified, unpacked, trained on.</summary>
public sealed class PackTests : IDisposable
{
    private const string ShardSize = "64KiB";

    private readonly SmallRun _small = new(perClass: 200);

    public void Dispose() => _small.Dispose();

    private string Source => Path.Combine(_small.Folder, "train");

    private string At(string name) => Path.Combine(_small.Folder, name);

    [Theory]
    [InlineData("copy")]
    [InlineData("indexed")]
    [InlineData("coefficients")]
    public void KilledAtAnyMomentItGoesOnToTheSameFiles(string payload)
    {
        string whole = At("whole"), path = At("killed");
        (int code, string output, string error) = Executable.Run(Pack(whole, payload));
        Assert.True(code == 0, error);
        Assert.Contains("600 samples of 3 classes", output, StringComparison.Ordinal);
        Assert.True(Directory.GetFiles(whole, "*.bin").Length >= 6);

        var random = new Random(payload.Length);
        int killed = 0, rounds = TestPaths.Full ? 200 : 12;
        for (int round = 0; round < rounds; round++)
        {
            using (Executable program = Executable.Start(Pack(path, payload)))
            {
                // From before the first file to behind the last: the moment is drawn from what is there, not from the clock alone.
                int files = random.Next(9);
                SpinWait.SpinUntil(() => program.HasExited || (Directory.Exists(path) && Directory.GetFiles(path).Length > files), TimeSpan.FromSeconds(20));
                Thread.Sleep(random.Next(8));
                if (!program.HasExited)
                {
                    program.Signal("KILL");
                    killed++;
                }

                program.Wait();
            }

            // Nothing, or what can be gone on with, or all; never something that is taken for all and is not.
            if (Directory.Exists(path) && File.Exists(Path.Combine(path, "index.msgpack")))
            {
                using ISampleSource packed = SampleSources.Open(path);
                Assert.Equal(600, packed.Count);
                Directory.Delete(path, recursive: true);
            }
            else if (Directory.Exists(path))
            {
                Assert.ThrowsAny<UserErrorException>(() => SampleSources.Open(path));
            }
        }

        Assert.True(killed > 0);
        (code, _, error) = Executable.Run(Pack(path, payload));
        Assert.True(code == 0, error);
        AssertSame(whole, path);
        (code, output, error) = Executable.Run("pack", "--verify", path, "--source", Source, "--samples", "all", "--quiet");
        Assert.True(code == 0, error);
        Assert.Contains("600 compared", output, StringComparison.Ordinal);
    }

    [Fact]
    public void CtrlCStopsAndTheSameCommandGoesOn()
    {
        string whole = At("whole"), path = At("stopped");
        Assert.Equal(0, Executable.Run(Pack(whole, "coefficients")).Code);
        using (Executable program = Executable.Start(Pack(path, "coefficients")))
        {
            program.Until(() => Directory.Exists(path) && Directory.GetFiles(path).Length > 2);
            program.Signal("INT");
            (int stopped, _, string said) = program.Wait();
            // It may have been done already.
            if (stopped != 0)
            {
                Assert.Equal(130, stopped);
                Assert.Contains($"the same command goes on with {path}", said, StringComparison.Ordinal);
            }
        }

        Assert.Equal(0, Executable.Run(Pack(path, "coefficients")).Code);
        AssertSame(whole, path);
    }

    [Fact]
    public void AFullDiskIsToldAndTakesNothingAway()
    {
        string whole = At("whole"), path = At("full");
        string[] Big(string to) => ["pack", Source, to, "--payload", "copy", "--shard-size", "150KiB", "--workers", "2"];
        Assert.Equal(0, Executable.Run(Big(whole)).Code);
        // A payload file of 150 KiB does not fit.
        using Executable full = Executable.StartWithFileLimit(100, Big(path));
        (int code, _, string error) = full.Wait();
        Assert.True(code == 1, error);
        Assert.Contains($"error: {path} cannot be written: a file may not become as large", error, StringComparison.Ordinal);
        Assert.Contains("the same command goes on", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        (code, _, error) = Executable.Run(Big(path));
        Assert.True(code == 0, error);
        AssertSame(whole, path);
    }

    [Fact]
    public void DamageIsNamedByVerifyAndCostsATrainingOneSample()
    {
        string path = At("pack");
        Assert.Equal(0, Executable.Run(Pack(path, "coefficients")).Code);
        string file = Path.Combine(path, "shard-00002.bin");
        byte[] bytes = File.ReadAllBytes(file);
        bytes[5000] ^= 0x10;
        File.WriteAllBytes(file, bytes);
        (int code, string output, string error) = Executable.Run("pack", "--verify", path, "--json");
        Assert.Equal(1, code);
        using JsonDocument answer = JsonDocument.Parse(output);
        JsonElement fault = Assert.Single(answer.RootElement.GetProperty("faults").EnumerateArray());
        Assert.Equal("shard-00002.bin", fault.GetProperty("file").GetString());
        long sample = fault.GetProperty("sample").GetInt64();
        string name = fault.GetProperty("name").GetString()!;
        Assert.Contains($"error: shard-00002.bin: sample {sample} ({name})", error, StringComparison.Ordinal);

        // A batch of them all meets it.
        (code, _, error) = Executable.Run(_small.Train("damaged", 50, "--set", $"data.train={path}"));
        Assert.True(code == 0, error);
        string bad = Assert.Single(File.ReadAllLines(Path.Combine(_small.Run("damaged"), "bad-samples.txt")));
        Assert.Contains(name, bad, StringComparison.Ordinal);
        Assert.Contains("checksum", bad, StringComparison.Ordinal);
    }

    /// <summary>2 to whoever cannot use what was given, 1 to the check whose answer it is and to work that left something out.</summary>
    [Fact]
    public void ExitCodesOfDamageFollowOneRule()
    {
        int round = 0;
        string path = At("pack"), file = Path.Combine(path, "shard-00002.bin"), index = Path.Combine(path, "index.msgpack");
        Assert.Equal(0, Executable.Run(Pack(path, "coefficients")).Code);
        int[] Codes() =>
        [
            Executable.Run("pack", "--verify", path, "--quiet").Code,
            Executable.Run("inspect", path).Code,
            Executable.Run("inspect", path, "--sample", "0").Code,
            Executable.Run("unpack", path, At($"again{round++}"), "--quiet").Code,
            Executable.Run(_small.Train($"run{round}", 1, "--set", $"data.train={path}")).Code,
        ];
        byte[] whole = File.ReadAllBytes(file), named = File.ReadAllBytes(index);
        byte[] flipped = [.. whole];
        flipped[5000] ^= 0x10;
        File.WriteAllBytes(file, flipped);
        Assert.Equal([1, 0, 0, 1, 0], Codes());
        File.WriteAllBytes(file, whole[..(whole.Length / 2)]);
        // The index knows what a look at the whole pack tells.
        Assert.Equal([1, 0, 2, 2, 2], Codes());
        File.WriteAllBytes(file, whole);
        File.WriteAllBytes(index, named[..(named.Length / 2)]);
        Assert.Equal([1, 2, 2, 2, 2], Codes());
    }

    [Fact]
    public void WhatIsNoImageIsNamedByPackAndInspect()
    {
        string source = At("few"), path = At("pack");
        Directory.CreateDirectory(Path.Combine(source, "a"));
        File.Copy(Path.Combine(Source, "class0", "1.jpg"), Path.Combine(source, "a", "0.jpg"));
        for (int i = 1; i <= 12; i++)
        {
            File.WriteAllText(Path.Combine(source, "a", $"{i}.jpg"), "no image");
        }

        (int code, string output, string error) = Executable.Run("pack", source, path, "--quiet");
        Assert.Equal(0, code);
        Assert.Contains("13 samples of 1 class (1 coefficients, 12 copy, 12 of them no image", output, StringComparison.Ordinal);
        Assert.Contains("warning: sample 1 (a/1.jpg): no image that can be read", error, StringComparison.Ordinal);
        Assert.Contains("warning: sample 10 (a/10.jpg)", error, StringComparison.Ordinal);
        Assert.DoesNotContain("a/11.jpg", error, StringComparison.Ordinal);
        Assert.Contains("2 more samples like these", error, StringComparison.Ordinal);
        (code, output, error) = Executable.Run("inspect", path, "--json");
        Assert.Equal(0, code);
        using JsonDocument answer = JsonDocument.Parse(output);
        string?[] names = [.. answer.RootElement.GetProperty("content").GetProperty("unreadableSamples").EnumerateArray().Select(sample => sample.GetProperty("name").GetString())];
        Assert.Equal(Enumerable.Range(1, 12).Select(i => $"a/{i}.jpg"), names);
        Assert.Contains("a/1.jpg", error, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatVerifyCouldNotReadIsNotCountedAsVerified()
    {
        string path = At("pack");
        Assert.Equal(0, Executable.Run(Pack(path, "coefficients")).Code);
        (_, string output, _) = Executable.Run("inspect", path, "--json");
        using JsonDocument inspected = JsonDocument.Parse(output);
        long lost = inspected.RootElement.GetProperty("files").EnumerateArray().Single(file => file.GetProperty("name").GetString() == "shard-00002.bin").GetProperty("samples").GetInt64();
        using (FileStream file = File.Open(Path.Combine(path, "shard-00002.bin"), FileMode.Open))
        {
            file.SetLength(file.Length / 2);
        }

        (int code, output, string error) = Executable.Run("pack", "--verify", path);
        Assert.Equal(1, code);
        Assert.Contains("shard-00002.bin: has", error, StringComparison.Ordinal);
        Assert.Contains($"verified {600 - lost}/{600 - lost}", error, StringComparison.Ordinal);
        Assert.Contains($"{600 - lost} samples read, ", output, StringComparison.Ordinal);
        Assert.Contains($", {lost} samples not read: 1 fault", output, StringComparison.Ordinal);
        (code, output, _) = Executable.Run("pack", "--verify", path, "--json", "--quiet");
        Assert.Equal(1, code);
        using JsonDocument answer = JsonDocument.Parse(output);
        Assert.Equal((600 - lost, lost), (answer.RootElement.GetProperty("samples").GetInt64(), answer.RootElement.GetProperty("notRead").GetInt64()));
    }

    [Fact]
    public void ARunComesToTheSameWeightsFromEveryPayload()
    {
        (int code, _, string error) = Executable.Run(_small.Train("files", 6));
        Assert.True(code == 0, error);
        byte[] expected = _small.Weights("files", 6);
        foreach (string payload in (string[])["copy", "indexed", "coefficients"])
        {
            string path = At(payload);
            Assert.Equal(0, Executable.Run(Pack(path, payload)).Code);
            (code, _, error) = Executable.Run(_small.Train(payload, 6, "--set", $"data.train={path}"));
            Assert.True(code == 0, error);
            Assert.True(expected.AsSpan().SequenceEqual(_small.Weights(payload, 6)), payload);
        }
    }

    [Fact]
    public void UnpackAndInspectAnswer()
    {
        string path = At("pack"), folder = At("again");
        Assert.Equal(0, Executable.Run(Pack(path, "indexed")).Code);
        (int code, string output, string error) = Executable.Run("unpack", path, folder, "--json", "--quiet");
        Assert.True(code == 0, error);
        using (JsonDocument answer = JsonDocument.Parse(output))
        {
            Assert.Equal(600, answer.RootElement.GetProperty("files").GetInt64());
        }

        Assert.Equal(600, Directory.GetFiles(folder, "*.jpg", SearchOption.AllDirectories).Length);
        (code, output, error) = Executable.Run("inspect", path, "--sample", "5", "--crop", "0,0,8,8", "--json");
        Assert.True(code == 0, error);
        using (JsonDocument answer = JsonDocument.Parse(output))
        {
            int bytes = answer.RootElement.GetProperty("bytes").GetInt32(), read = answer.RootElement.GetProperty("bytesRead").GetInt32();
            Assert.InRange(read, 1, bytes - 1);
        }

        (code, output, _) = Executable.Run("inspect", path, "--json");
        Assert.Equal(0, code);
        using (JsonDocument answer = JsonDocument.Parse(output))
        {
            Assert.Equal(600, answer.RootElement.GetProperty("content").GetProperty("kinds").GetProperty("indexed").GetInt32());
        }

        (code, output, _) = Executable.Run("inspect", Path.Combine(Source, "class0", "1.jpg"));
        Assert.Equal(0, code);
        Assert.Contains("SOF0", output, StringComparison.Ordinal);
        Assert.Equal(0, Executable.Run("inspect", path).Code);
    }

    private string[] Pack(string to, string payload) => ["pack", Source, to, "--payload", payload, "--shard-size", ShardSize, "--workers", "2"];

    private static void AssertSame(string expected, string actual)
    {
        string[] Names(string folder) => [.. Directory.GetFiles(folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
        Assert.Equal(Names(expected), Names(actual));
        Assert.All(Names(expected), name => Assert.Equal(File.ReadAllBytes(Path.Combine(expected, name)), File.ReadAllBytes(Path.Combine(actual, name))));
    }
}
