using StreamTrainer.Host.Hub;
using StreamTrainer.Pipeline;
using Xunit;

namespace StreamTrainer.Host.Tests.Hub;

/// <summary>Models of the hub: fetched once, whole, and gone on with after a break.</summary>
public sealed class HubTests : IDisposable
{
    private static readonly HubRepository s_repository = HubRepository.Parse("timm/resnet18.a1_in1k")!;

    private readonly string _cache = Directory.CreateTempSubdirectory("streamtrainer-hub-").FullName;
    private readonly List<string> _notes = [];
    private readonly byte[] _weights = new byte[300_000];

    public HubTests() => new Random(3).NextBytes(_weights);

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    [Fact]
    public void IsFetchedOnceAndKeptAsHuggingFaceKeepsIt()
    {
        using FakeHub server = Server();
        string path = Fetch(server, "model.safetensors")!;
        Assert.Equal(_weights, File.ReadAllBytes(path));
        Assert.EndsWith("models--timm--resnet18.a1_in1k/snapshots/0123456789abcdef0123456789abcdef01234567/model.safetensors", path.Replace('\\', '/'), StringComparison.Ordinal);
        Assert.Equal(path, Fetch(server, "model.safetensors"));
        Assert.Single(server.Requests, request => request.StartsWith("GET /content/model.safetensors", StringComparison.Ordinal));
        Assert.Null(Fetch(server, "missing"));
        Assert.Single(_notes);
        // Without the server it is still there; what is not, is told.
        Assert.Equal(path, Fetch(server, "model.safetensors", offline: true));
        server.Dispose();
        Assert.Equal(path, Fetch(server, "model.safetensors"));
        Assert.Contains("cannot be reached", Assert.Throws<UserErrorException>(() => Fetch(server, "config.json")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GoesOnWhereTheLineBroke()
    {
        using FakeHub server = Server();
        server.Breaks = 2;
        Assert.Equal(_weights, File.ReadAllBytes(Fetch(server, "model.safetensors")!));
        Assert.Equal(3, server.Requests.Count(request => request.StartsWith("GET /content", StringComparison.Ordinal)));
        Assert.Contains(server.Requests, request => request.Contains("bytes=150000-", StringComparison.Ordinal));
    }

    [Fact]
    public void GoesOnWhereAnEarlierRunEnded()
    {
        using FakeHub server = Server();
        server.Breaks = 100;
        Assert.Throws<UserErrorException>(() => Fetch(server, "model.safetensors"));
        server.Breaks = 0;
        server.Requests.Clear();
        Assert.Equal(_weights, File.ReadAllBytes(Fetch(server, "model.safetensors")!));
        Assert.Single(server.Requests, request => request.StartsWith("GET /content", StringComparison.Ordinal) && request.Contains("bytes=", StringComparison.Ordinal));
    }

    [Fact]
    public void AWrongChecksumIsNotKept()
    {
        using FakeHub server = Server();
        server.Lies = true;
        Assert.Contains("checksum", Assert.Throws<UserErrorException>(() => Fetch(server, "model.safetensors")).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_cache, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void TheTokenGoesToTheHubAndNowhereElse()
    {
        using FakeHub server = Server();
        server.Token = "secret";
        Assert.Contains("HF_TOKEN", Assert.Throws<UserErrorException>(() => Fetch(server, "model.safetensors")).Message, StringComparison.Ordinal);
        Assert.NotNull(Fetch(server, "model.safetensors", token: "secret"));
        Assert.False(server.TokenLeaked);
    }

    [Fact]
    public void ConfigurationsOldAndNewAreRead()
    {
        string file = Path.Combine(_cache, "config.json");
        File.WriteAllText(file, """{"architecture":"resnet50","num_classes":7,"pretrained_cfg":{"input_size":[3,160,160],"test_input_size":[3,224,224],"crop_pct":0.9,"test_crop_pct":0.95,"mean":[0.1,0.2,0.3],"interpolation":"bilinear","label_names":["a","b"]}}""");
        (var config, var names) = HubModel.Read(file, "x/y");
        Assert.Equal(("resnet50", 7, 160, 224, 0.9, 0.95), (config.Name, config.NumClasses, config.InputSize, config.TestInputSize!.Value, config.CropPct, config.TestCropPct!.Value));
        Assert.Equal([0.1, 0.2, 0.3], config.Mean);
        Assert.Equal(Pipeline.Transforms.Interpolation.Bilinear, config.Interpolation);
        Assert.Equal(["a", "b"], names!);
        File.WriteAllText(file, """{"architecture":"resnet18","input_size":[3,200,200],"num_classes":5}""");
        Assert.Equal((5, 200), (HubModel.Read(file, "x/y").Config.NumClasses, HubModel.Read(file, "x/y").Config.InputSize));
        File.WriteAllText(file, """{"architecture":"convnext_tiny"}""");
        Assert.Contains("'convnext_tiny'", Assert.Throws<UserErrorException>(() => HubModel.Read(file, "x/y")).Message, StringComparison.Ordinal);
        File.WriteAllText(file, """{"num_classes":5}""");
        Assert.Contains("not timm's", Assert.Throws<UserErrorException>(() => HubModel.Read(file, "x/y")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("timm/resnet50.a1_in1k", true)]
    [InlineData("timm/resnet50.a1_in1k@v1", true)]
    [InlineData("../secret", false)]
    [InlineData("timm/..", false)]
    [InlineData("a/b/c", false)]
    [InlineData("weights/model.safetensors", false)]
    [InlineData("resnet50", false)]
    public void OnlyNamesOfRepositoriesAreRepositories(string text, bool is_) => Assert.Equal(is_, HubRepository.Parse(text) is not null);

    private FakeHub Server() => new("timm/resnet18.a1_in1k", new() { ["model.safetensors"] = _weights, ["config.json"] = "{}"u8.ToArray() });

    private string? Fetch(FakeHub server, string file, string? token = null, bool offline = false)
    {
        using var hub = new HuggingFaceHub(new HubSettings(new Uri(server.Address), _cache, token, offline), _notes.Add);
        return hub.Fetch(s_repository, file);
    }
}
