using System.Text;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>Training from a server that drops, delays, truncates and throttles ends with the weights of the disk, and credentials
/// are in no file, log or error.</summary>
public sealed class RemoteTrainingTests : IDisposable
{
    private const string Token = "Bearer open-sesame-0451", Key = "SESAMEKEYID0451", Secret = "sesame/secret/0451";
    private const int Steps = 12;

    private static readonly Fault[] s_faults = [Fault.None, Fault.Drop, Fault.Truncate, Fault.Busy, Fault.Delay, Fault.Throttle, Fault.WrongRange];

    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void WeightsAreThoseFromTheDiskAndSecretsAreNowhere()
    {
        string tar = Path.Combine(_small.Folder, "train.tar");
        _small.WriteTar(tar);
        Assert.Equal(0, Executable.Run(_small.Train("disk", Steps, "--set", $"data.train={tar}")).Code);

        string pack = Path.Combine(_small.Folder, "pack");
        Assert.Equal(0, Executable.Run("pack", Path.Combine(_small.Folder, "train"), pack, "--payload", "coefficients", "--shard-size", "64KiB", "--quiet").Code);

        using var server = new RangeServer(request => request % 3 == 2 ? Fault.None : s_faults[request % s_faults.Length]);
        server.Files["/train.tar"] = File.ReadAllBytes(tar);
        server.Files["/bucket/train.tar"] = File.ReadAllBytes(tar);
        foreach (string file in Directory.GetFiles(pack))
        {
            server.Files[$"/pack/{Path.GetFileName(file)}"] = server.Files[$"/bucket/pack/{Path.GetFileName(file)}"] = File.ReadAllBytes(file);
        }

        var environment = new Dictionary<string, string>
        {
            ["STREAMTRAINER_HTTP_AUTHORIZATION"] = Token,
            ["AWS_ACCESS_KEY_ID"] = Key,
            ["AWS_SECRET_ACCESS_KEY"] = Secret,
            ["AWS_ENDPOINT_URL"] = server.Address,
            ["AWS_REGION"] = "us-east-1",
        };
        var said = new StringBuilder();
        foreach ((string id, string location) in (ReadOnlySpan<(string, string)>)
            [
                ("http", $"{server.Address}/train.tar"), ("http-shards", $"{server.Address}/pack/index.msgpack"),
                ("s3", "s3://bucket/train.tar"), ("s3-shards", "s3://bucket/pack/index.msgpack"),
            ])
        {
            server.Met.Clear();
            (int code, string output, string error) = Executable.Run(environment, _small.Train(id, Steps, "--verbose", "--set", $"data.train={location}"));
            Assert.True(code == 0, error);
            Assert.Equal(_small.Weights("disk", Steps), _small.Weights(id, Steps));
            Assert.Equal(s_faults.Order(), server.Met.Keys.Order());
            said.Append(output).Append(error);
        }

        (int refused, string nothing, string why) = Executable.Run(environment, _small.Train("missing", Steps, "--verbose", "--set", "data.train=s3://bucket/nowhere.tar"));
        Assert.Equal(2, refused);
        said.Append(nothing).Append(why);
        Assert.Contains(Token, server.Authorizations);
        Assert.Contains(server.Authorizations, header => header.Contains($"Credential={Key}/", StringComparison.Ordinal));
        SecretSearch.AssertNowhere(said.ToString(), [_small.Folder, TemporaryCache.Path], Token, Key, Secret, "sesame");
    }
}
