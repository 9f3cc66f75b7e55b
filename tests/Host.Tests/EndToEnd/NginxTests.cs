using System.Text;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>The real program trains from a real nginx: the weights are those from the disk, and what cannot be had is said once.</summary>
public sealed class NginxTests : IDisposable
{
    private const int Steps = 4;

    // First: it skips the test where there is none.
    private readonly NginxServer _server = new();
    private readonly SmallRun _small = new(perClass: 12);

    public void Dispose()
    {
        _server.Dispose();
        _small.Dispose();
    }

    [Fact]
    public void WeightsAreThoseFromTheDiskHoweverItServes()
    {
        byte[] weights = FromTheDisk();
        string pack = Path.Combine(_server.Files, "pack");
        (int code, _, string error) = Executable.Run("pack", Path.Combine(_small.Folder, "train"), pack, "--payload", "coefficients", "--shard-size", "64KiB", "--quiet");
        Assert.True(code == 0, error);
        foreach ((string way, string file) in (ReadOnlySpan<(string, string)>)[("plain", "train.tar"), ("plain", "pack/index.msgpack"), ("failing", "train.tar"), ("failing", "pack/index.msgpack"), ("limited", "train.tar")])
        {
            string id = $"{way}-{file.Split('.', '/')[0]}";
            (code, _, error) = Executable.Run(_small.Train(id, Steps, "--set", $"data.train={_server.Address}/{way}/{file}"));
            Assert.True(code == 0, $"{id}: {error}");
            Assert.True(weights.AsSpan().SequenceEqual(_small.Weights(id, Steps)), id);
        }

        ILookup<string, int> met = _server.Answers.ToLookup(answer => answer.Way, answer => answer.Status);
        Assert.All(met["plain"], status => Assert.Equal(206, status));
        // 444 is nginx's word for a connection closed without an answer.
        Assert.Equal([206, 429, 444, 503], met["failing"].Distinct().Order());
        Assert.Equal([206, 503], met["limited"].Distinct().Order());
    }

    [Fact]
    public void WeightsAreThoseFromTheDiskWhereItIsSlowAndGoesAwayForAWhile()
    {
        byte[] weights = FromTheDisk();
        using Executable program = Executable.Start(_small.Train("slow", Steps, "--set", $"data.train={_server.Address}/slow/train.tar"));
        // The file's opening, its headers, and the first of its samples.
        program.Until(() => _server.Answers.Count > 4);
        _server.Stop();
        int before = _server.Answers.Count;
        _server.Restart();
        (int code, _, string error) = program.Wait();
        Assert.True(code == 0, error);
        Assert.Equal(weights, _small.Weights("slow", Steps));
        Assert.NotEmpty(_server.Answers.Skip(before));
        Assert.Contains(_server.Answers, answer => answer.Seconds > 0.5);
    }

    [Theory]
    [InlineData("plain/nowhere.tar", "/plain/nowhere.tar: cannot be read: the server says 404 (NotFound)")]
    [InlineData("plain/pack/index.msgpack", "/plain/pack/index.msgpack: cannot be read: the server says 404 (NotFound)")]
    [InlineData("whole/train.tar", "/whole/train.tar: the server gives no ranges")]
    [InlineData("private/train.tar", "/private/train.tar: the server says 401 (Unauthorized); set STREAMTRAINER_HTTP_AUTHORIZATION")]
    public void WhatCannotBeHadIsSaidOnce(string location, string message)
    {
        _small.WriteTar(Path.Combine(_server.Files, "train.tar"));
        (int code, string output, string error) = Executable.Run(_small.Train("refused", Steps, "--set", $"data.train={_server.Address}/{location}"));
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(message, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void APasswordOpensWhatIsPrivateAndIsNowhere()
    {
        byte[] weights = FromTheDisk();
        var said = new StringBuilder();
        string right = Basic(NginxServer.Password), wrong = Basic("not-sesame-0452");
        foreach ((string id, string authorization, int expected) in (ReadOnlySpan<(string, string, int)>)[("right", right, 0), ("wrong", wrong, 2)])
        {
            (int code, string output, string error) = Executable.Run(new Dictionary<string, string> { ["STREAMTRAINER_HTTP_AUTHORIZATION"] = authorization },
                _small.Train(id, Steps, "--verbose", "--set", $"data.train={_server.Address}/private/train.tar"));
            Assert.True(code == expected, error);
            said.Append(output).Append(error);
        }

        Assert.Equal(weights, _small.Weights("right", Steps));
        SecretSearch.AssertNowhere(said.ToString(), [_small.Folder, TemporaryCache.Path], right, right["Basic ".Length..], wrong["Basic ".Length..], NginxServer.Password);

        static string Basic(string password) => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{NginxServer.User}:{password}"))}";
    }

    /// <summary>Puts a tar where it is served, trains from it as a file, and gives the weights.</summary>
    private byte[] FromTheDisk()
    {
        string tar = Path.Combine(_server.Files, "train.tar");
        _small.WriteTar(tar);
        (int code, _, string error) = Executable.Run(_small.Train("disk", Steps, "--set", $"data.train={tar}"));
        Assert.True(code == 0, error);
        return _small.Weights("disk", Steps);
    }
}
