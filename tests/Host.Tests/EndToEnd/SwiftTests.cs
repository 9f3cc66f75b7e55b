using System.Text;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>The real program trains from a real object store that checks signatures: with the right credentials the weights are
/// those from the disk, without them it is said why, and the credentials are nowhere.</summary>
public sealed class SwiftTests : IDisposable
{
    private const int Steps = 4;
    private const string WrongSecret = "swift/wrong/0453", WrongKey = "nobody:keyid0453";

    // First: it skips the test where there is none.
    private readonly SwiftServer _server = new();
    private readonly SmallRun _small = new(perClass: 12);
    private readonly string _home = Directory.CreateTempSubdirectory("streamtrainer-profile-").FullName;

    public void Dispose()
    {
        _server.Dispose();
        _small.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task WeightsAreThoseFromTheDiskAndCredentialsAreNowhere()
    {
        string tar = Path.Combine(_small.Folder, "train.tar"), pack = Path.Combine(_small.Folder, "pack"), profile = Path.Combine(_home, "credentials");
        _small.WriteTar(tar);
        Assert.Equal(0, Executable.Run("pack", Path.Combine(_small.Folder, "train"), pack, "--payload", "coefficients", "--shard-size", "64KiB", "--quiet").Code);
        Assert.Equal(0, Executable.Run(_small.Train("disk", Steps, "--set", $"data.train={tar}")).Code);
        await _server.Put([("deep/train.tar", tar), .. Directory.GetFiles(pack).Select(file => ($"pack/{Path.GetFileName(file)}", file))], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(profile, $"[training]\naws_access_key_id = {SwiftServer.Key}\naws_secret_access_key = {SwiftServer.Secret}\n", TestContext.Current.CancellationToken);
        const string Tar = "deep/train.tar", Shards = "pack/index.msgpack";
        var said = new StringBuilder();

        foreach ((string id, string key, Dictionary<string, string> environment) in (ReadOnlySpan<(string, string, Dictionary<string, string>)>)
            [("tar", Tar, With(SwiftServer.Key, SwiftServer.Secret)), ("shards", Shards, With(SwiftServer.Key, SwiftServer.Secret)), ("profile", Tar, With(profile))])
        {
            (int code, string error) = Train(id, key, environment);
            Assert.True(code == 0, $"{id}: {error}");
            Assert.Equal(_small.Weights("disk", Steps), _small.Weights(id, Steps));
        }

        int refused = 0;
        foreach ((string key, Dictionary<string, string> environment, string message) in (ReadOnlySpan<(string, Dictionary<string, string>, string)>)
            [
                (Tar, With(SwiftServer.Key, WrongSecret), "the server says 403 (SignatureDoesNotMatch); the credentials of the environment or the profile may not read it"),
                (Shards, With(WrongKey, SwiftServer.Secret), "the server says 403"),
                (Tar, With(Path.Combine(_home, "none")), "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or a profile)"),
                ("nowhere.tar", With(SwiftServer.Key, SwiftServer.Secret), "the server says 404 (NoSuchKey)"),
            ])
        {
            (int code, string error) = Train($"refused{refused++}", key, environment);
            Assert.Equal(2, code);
            string line = Assert.Single(error.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
            Assert.Contains($"s3://{SwiftServer.Bucket}/{key}: ", line, StringComparison.Ordinal);
            Assert.Contains(message, line, StringComparison.Ordinal);
        }

        SecretSearch.AssertNowhere(said.ToString(), [_small.Folder, TemporaryCache.Path], SwiftServer.Key, SwiftServer.Secret, WrongKey, WrongSecret, "sesame");

        (int Code, string Error) Train(string id, string key, Dictionary<string, string> environment)
        {
            (int code, string output, string error) = Executable.Run(environment, _small.Train(id, Steps, "--verbose", "--set", $"data.train=s3://{SwiftServer.Bucket}/{key}"));
            said.Append(output).Append(error);
            return (code, error);
        }
    }

    private Dictionary<string, string> With(string key, string secret) =>
        new(With(Path.Combine(_home, "none"))) { ["AWS_ACCESS_KEY_ID"] = key, ["AWS_SECRET_ACCESS_KEY"] = secret };

    /// <summary>With a file of profiles, which may be missing, and nothing of this machine's own.</summary>
    private Dictionary<string, string> With(string profiles) => new()
    {
        ["AWS_ENDPOINT_URL"] = _server.Address,
        ["AWS_REGION"] = "us-east-1",
        ["AWS_ACCESS_KEY_ID"] = "",
        ["AWS_SECRET_ACCESS_KEY"] = "",
        ["AWS_SHARED_CREDENTIALS_FILE"] = profiles,
        ["AWS_CONFIG_FILE"] = Path.Combine(_home, "none"),
        ["AWS_PROFILE"] = "training",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };
}
