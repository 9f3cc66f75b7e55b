using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Shards;

/// <summary>The reader of docs/shard_reader.py, written by the format page, reads what we write.</summary>
public sealed unsafe class PythonReaderTests : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly ShardSet _set = new(repeat: 1);

    public static TheoryData<ShardPayload> Payloads => PackTests.Payloads;

    private static string Reader => Path.Combine(TestPaths.Repository, "docs", "shard_reader.py");

    public void Dispose() => _set.Dispose();

    [Theory]
    [MemberData(nameof(Payloads))]
    public void ReadsEveryPayload(ShardPayload payload)
    {
        Assert.SkipUnless(File.Exists(Python) && Run("-c", "import msgpack, numpy").Code == 0, $"needs {Python} with numpy and msgpack (python3-msgpack)");
        string path = _set.Pack("pack", payload);
        (int code, string output, string error) = Run(Reader, path, "--digest");
        Assert.True(code == 0, error);
        using var source = ShardSource.Open(path);
        Assert.Equal(Enumerable.Range(0, (int)source.Count).Select(i => Describe(source, i)), output.TrimEnd('\n').Split('\n'));

        // And it finds damage.
        string file = Path.Combine(path, "shard-00000.bin");
        byte[] bytes = File.ReadAllBytes(file);
        bytes[source.Index.OffsetOf(2) + 3] ^= 1;
        File.WriteAllBytes(file, bytes);
        (code, _, error) = Run(Reader, path, "--digest");
        Assert.Equal(1, code);
        Assert.Contains($"shard-00000.bin: sample 2 ({source.PathOf(2)}) is damaged", error, StringComparison.Ordinal);
    }

    [Fact]
    public void IsShort() => Assert.InRange(File.ReadAllLines(Reader).Length, 1, 199);

    private static string Describe(ShardSource source, int index)
    {
        using var sample = new EncodedSample();
        using var reader = new CoefficientReader();
        source.Read(index, sample);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (sample.Kind == PayloadKind.Encoded)
        {
            hash.AppendData(sample.Bytes);
        }
        else
        {
            Assert.True(reader.TryRead(sample));
            CoefficientImage image = reader.Image;
            for (int c = 0; c < image.Frame.Components.Length; c++)
            {
                for (int row = 0; row < image.BlockRows(c); row++)
                {
                    hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<short>(image.Blocks(c, row), 64 * image.BlocksAcross(c))));
                }
            }
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"{index} {source.LabelOf(index)} {ShardText.Of(sample.Kind)} {Convert.ToHexStringLower(hash.GetHashAndReset())} {source.PathOf(index)}");
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
