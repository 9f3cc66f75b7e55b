using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service;
using StreamTrainer.Host.Tests.EndToEnd;
using Xunit;

namespace StreamTrainer.Host.Tests.Service;

/// <summary>Who is let in, and what cannot be reached.</summary>
public sealed partial class SecurityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SecurityTests()
    {
        _folder.Write("configs/good.yaml", "model: { name: resnet20_cifar }\ndata: { train: demo:train }\n");
        _folder.Write("secret.yaml", "model: { name: \"the secret\" }\n");
        File.CreateSymbolicLink(_folder["configs/link.yaml"], _folder["secret.yaml"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void KeysAndRolesDecideWhereOthersCanReachTheService()
    {
        using ServiceProcess service = Start("http://0.0.0.0:0");
        string admin = KeyLine().Match(service.Output).Groups[1].Value;
        Assert.DoesNotContain(admin, File.ReadAllText(_folder["runs/.service/keys.json"]), StringComparison.Ordinal);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(_folder["runs/.service/keys.json"]) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        string read = Executable.Run("keys", "add", "reader", "--runs", _folder["runs"]).Output.Trim();
        string submit = Executable.Run("keys", "add", "worker", "--role", "submit", "--runs", _folder["runs"]).Output.Trim();
        EventWriter.Run(_folder["runs"], "r");

        Assert.Equal(HttpStatusCode.OK, service.Get("health/live").Code);
        Assert.Equal(HttpStatusCode.Unauthorized, service.Get("api/runs").Code);
        Assert.Equal(HttpStatusCode.Unauthorized, service.Get("api/nothing").Code);
        Assert.Equal(HttpStatusCode.Unauthorized, service.Get("api/runs", "stk_" + new string('0', 77)).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, service.Get("api/runs", admin[..^1] + (admin[^1] == '0' ? '1' : '0')).Code);
        Assert.Equal(HttpStatusCode.OK, service.Get("api/runs", read).Code);
        Assert.Equal(HttpStatusCode.Forbidden, service.Post("api/recipes/check", new { recipe = "good" }, read).Code);
        Assert.Equal(HttpStatusCode.OK, service.Post("api/recipes/check", new { recipe = "good" }, submit).Code);
        Assert.Equal(HttpStatusCode.Forbidden, service.Delete("api/runs/r?confirm=r", submit).Code);
        Assert.Equal(HttpStatusCode.NoContent, service.Delete("api/runs/r?confirm=r", admin).Code);
        // A header that a proxy would send is nobody's word here.
        using var forged = new HttpRequestMessage(HttpMethod.Get, "api/runs") { Headers = { { "X-Forwarded-User", "root" }, { "X-Forwarded-Role", "admin" } } };
        Assert.Equal(HttpStatusCode.Unauthorized, service.Send(forged).Code);

        Assert.Equal(0, Executable.Run("keys", "revoke", "reader", "--runs", _folder["runs"]).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, service.Get("api/runs", read).Code);
        for (int i = 0; i < 30; i++)
        {
            service.Get("api/runs", read);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, service.Get("api/runs", read).Code);
        Assert.DoesNotContain(admin, Executable.Run("keys", "list", "--runs", _folder["runs"]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ATrustedProxySaysWhoAsks()
    {
        using ServiceProcess service = Start("http://127.0.0.1:0", "--StreamTrainer:Security:RequireKey=true", "--StreamTrainer:Security:TrustedProxies:0=127.0.0.0/8");
        HttpStatusCode Ask(string? user, string? role, HttpMethod method)
        {
            using var request = new HttpRequestMessage(method, method == HttpMethod.Delete ? "api/runs/r?confirm=r" : "api/runs");
            if (user is not null)
            {
                request.Headers.Add("X-Forwarded-User", user);
            }

            if (role is not null)
            {
                request.Headers.Add("X-Forwarded-Role", role);
            }

            return service.Send(request).Code;
        }

        Assert.Equal(HttpStatusCode.Unauthorized, Ask(null, null, HttpMethod.Get));
        Assert.Equal(HttpStatusCode.OK, Ask("alice", null, HttpMethod.Get));
        Assert.Equal(HttpStatusCode.Forbidden, Ask("alice", null, HttpMethod.Delete));
        Assert.Equal(HttpStatusCode.Forbidden, Ask("alice", "root", HttpMethod.Delete));
        Assert.Equal(HttpStatusCode.NotFound, Ask("alice", "admin", HttpMethod.Delete));
    }

    [Fact]
    public void NothingLeadsOutOfWhatIsAllowed()
    {
        using ServiceProcess service = Start("http://127.0.0.1:0", "--StreamTrainer:Security:MaxBodyBytes=20000");
        // Pages of other sites, and names that are made to point here.
        HttpStatusCode From(string header, string value, string path = "api/runs/x/stop")
        {
            using var request = new HttpRequestMessage(path.EndsWith("stop", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation(header, value);
            return service.Send(request).Code;
        }

        Assert.Equal(HttpStatusCode.NotFound, From("Origin", service.Address.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(HttpStatusCode.Forbidden, From("Origin", "https://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, From("Origin", "null"));
        Assert.Equal(HttpStatusCode.Forbidden, From("Sec-Fetch-Site", "cross-site", "api/runs/x/events/stream"));
        Assert.Equal(HttpStatusCode.MisdirectedRequest, From("Host", "evil.example", "api/runs"));
        HttpResponseHeaders headers = service.Fetch("api/runs").Headers;
        Assert.Contains("default-src 'none'", headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.False(headers.Contains("Server") || headers.Contains("Set-Cookie"));

        // Paths.
        Assert.All((string[])["api/runs/..%2f..%2fsecret", "api/runs/%2e%2e", "api/runs/.service", "api/runs/a%00b", "api/recipes/..%2fsecret", "api/recipes/%2e%2e/secret", "api/recipes/link", "api/sweeps/..", "api/runs/" + new string('a', 3000)],
            path => Assert.True(service.Get(path).Code is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, path));
        // What a recipe may not reach is not told of, whether it is there or not.
        string Refused(object body)
        {
            (HttpStatusCode code, JsonElement answer) = service.Post("api/recipes/check", body);
            Assert.Equal(HttpStatusCode.BadRequest, code);
            return answer.GetProperty("detail").GetString()!;
        }

        Assert.All((string[])["../secret.yaml", "../nothing.yaml", "/etc/passwd", "link.yaml"], target =>
        {
            string detail = Refused(new { text = $"extends: {target}" });
            Assert.Contains("is not in the server's folder of recipes", detail, StringComparison.Ordinal);
            Assert.DoesNotContain("the secret", detail, StringComparison.Ordinal);
        });
        Assert.All((string[])["/etc", "/etc/nothing", "/proc/self/environ", "../../../etc", _folder["runs/.service/queue.db"], "configs/../../secret", "/etc/{passwd,shadow}"],
            target => Assert.Contains("StreamTrainer:Roots", Refused(new { recipe = "good", set = new[] { $"data.train={target}" } }), StringComparison.Ordinal));
        Assert.Contains("StreamTrainer:Roots", Refused(new { recipe = "good", set = new[] { "train.from=/etc/passwd" } }), StringComparison.Ordinal);
        Assert.All((string[])["http://169.254.169.254/latest/a.tar", "s3://bucket/a.tar", "HTTPS://internal/a.tar"],
            target => Assert.Contains("StreamTrainer:Addresses", Refused(new { recipe = "good", set = new[] { $"data.train={target}" } }), StringComparison.Ordinal));
        Assert.DoesNotContain("/usr", Refused(new { recipe = "good", set = new[] { "data.train=${PATH}" } }), StringComparison.Ordinal);

        // Bodies that are to break something.
        const string Nine = "*l,*l,*l,*l,*l,*l,*l,*l,*l";
        string laughs = "a0: &l0 [1,1,1,1,1,1,1,1,1]\n" + string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &l{i} [{Nine.Replace("l", $"l{i - 1}", StringComparison.Ordinal)}]\n"));
        Assert.Contains("unknown key", Refused(new { text = laughs }), StringComparison.Ordinal);
        Assert.Contains("nested too deeply", Refused(new { text = "a: " + new string('[', 5000) }), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, Raw(service, "{\"text\":", "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, Raw(service, new string('[', 2000), "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, Raw(service, "{\"text\":\"\\ud800\"}", "application/json"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, Raw(service, "{}", "text/plain"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, Raw(service, $"{{\"text\":\"{new string('x', 30_000)}\"}}", "application/json"));
        Assert.Equal(HttpStatusCode.OK, service.Get("health/ready").Code);
        Assert.DoesNotContain("fail:", service.Output, StringComparison.Ordinal);
    }

    /// <summary>Who sends a header a second is cut off.</summary>
    [Fact]
    public void ASlowRequestIsCutOff()
    {
        using ServiceProcess service = Start("http://127.0.0.1:0");
        using var client = new TcpClient(service.Address.Host, service.Address.Port);
        using NetworkStream stream = client.GetStream();
        stream.Write("GET /api/runs HTTP/1.1\r\nHost: localhost\r\n"u8);
        // It is cut off within its time whatever the machine does; an answer may come before.
        stream.ReadTimeout = 60_000;
        var answer = new byte[1024];
        int read = stream.Read(answer);
        Assert.True(read == 0 || Encoding.ASCII.GetString(answer, 0, read).Contains(" 408 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("see https://data.example/a.tar?X-Amz-Signature=abc&x=1 and more", "see https://data.example/a.tar?[redacted] and more")]
    [InlineData("https://me:pass@data.example/a", "https://[redacted]@data.example/a")]
    [InlineData("https://data.example/a.tar?holdout=50&part=train", "https://data.example/a.tar?holdout=50&part=train")]
    [InlineData("key stk_0123456789ab_0123456789abcdef0123 end", "key [redacted] end")]
    [InlineData("/data/a?b", "/data/a?b")]
    public void SecretsAreTakenOut(string text, string expected) => Assert.Equal(expected, Redaction.Of(text));

    [Fact]
    public void LinksLeadWhereTheyLead()
    {
        Directory.CreateSymbolicLink(_folder["configs/out"], "/etc");
        File.CreateSymbolicLink(_folder["configs/round"], _folder["configs/round"]);
        string configs = _folder["configs"];
        Assert.True(RealPath.IsInside(_folder["configs/a/../b"], configs));
        Assert.False(RealPath.IsInside(_folder["configs/out/passwd"], configs));
        // .NET opens a path after its dots are taken out of it as text, so that is what it leads to.
        Assert.True(RealPath.IsInside(_folder["configs/out/../passwd"], configs));
        Assert.False(RealPath.IsInside(_folder["configs/round"], configs));
        Assert.False(RealPath.IsInside(_folder["configsx"], configs));
    }

    private static HttpStatusCode Raw(ServiceProcess service, string body, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/recipes/check") { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return service.Send(request).Code;
    }

    private ServiceProcess Start(string url, params string[] settings) => ServiceProcess.Start(_folder["runs"], url, settings);

    [GeneratedRegex(@"(stk_[0-9a-f_]+)")]
    private static partial Regex KeyLine();
}
