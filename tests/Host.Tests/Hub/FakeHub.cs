using System.Net;
using System.Security.Cryptography;

namespace StreamTrainer.Host.Tests.Hub;

/// <summary>A Hugging Face server of one repository, in this process: it answers HEAD with checksums, sends to another address for
/// content as the real one does, serves ranges, and breaks the line when told to.</summary>
internal sealed class FakeHub : IDisposable
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly HttpListener _listener = new();
    private readonly Dictionary<string, byte[]> _files;
    private readonly string _repository;

    public FakeHub(string repository, Dictionary<string, byte[]> files)
    {
        _repository = repository;
        _files = files;
        for (int port = Random.Shared.Next(20_000, 60_000); ; port++)
        {
            try
            {
                Address = $"http://127.0.0.1:{port}/";
                _listener.Prefixes.Add(Address);
                _listener.Prefixes.Add(Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
                _listener.Start();
                break;
            }
            catch (HttpListenerException)
            {
                _listener = new HttpListener();
            }
        }

        _ = Task.Run(Serve);
    }

    public string Address { get; }

    /// <summary>Every request as method, path and range.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>The token that is asked for; none: anybody.</summary>
    public string? Token { get; set; }

    /// <summary>How many downloads break off in the middle.</summary>
    public int Breaks { get; set; }

    /// <summary>Whether checksums are those of other content.</summary>
    public bool Lies { get; set; }

    /// <summary>Whether the place that has the content was told who asks, which is none of its business.</summary>
    public bool TokenLeaked { get; private set; }

    public void Dispose() => _listener.Close();

    private void Serve()
    {
        while (_listener.IsListening)
        {
            try
            {
                HttpListenerContext context = _listener.GetContext();
                Answer(context);
                context.Response.Close();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // Closed, or a line that was to break.
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        HttpListenerRequest request = context.Request;
        HttpListenerResponse response = context.Response;
        string path = request.Url!.AbsolutePath, prefix = $"/{_repository}/resolve/main/";
        Requests.Add($"{request.HttpMethod} {path} {request.Headers["Range"]}".TrimEnd());
        bool content = path.StartsWith("/content/", StringComparison.Ordinal);
        string name = content ? path["/content/".Length..] : path.StartsWith(prefix, StringComparison.Ordinal) ? path[prefix.Length..] : "";
        if (!content && Token is { } token && request.Headers["Authorization"] != $"Bearer {token}")
        {
            response.StatusCode = 401;
        }
        else if (!_files.TryGetValue(name, out byte[]? bytes))
        {
            response.StatusCode = 404;
            response.Headers["X-Error-Code"] = path.StartsWith(prefix, StringComparison.Ordinal) ? "EntryNotFound" : "RepoNotFound";
        }
        else if (!content)
        {
            response.StatusCode = 302;
            response.Headers["X-Repo-Commit"] = Commit;
            response.Headers["X-Linked-Etag"] = $"\"{Convert.ToHexStringLower(SHA256.HashData(Lies ? [.. bytes, 1] : bytes))}\"";
            response.Headers["X-Linked-Size"] = bytes.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
            response.RedirectLocation = Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "content/" + name;
        }
        else
        {
            TokenLeaked |= request.Headers["Authorization"] is not null;
            Send(request, response, bytes);
        }
    }

    private void Send(HttpListenerRequest request, HttpListenerResponse response, byte[] bytes)
    {
        int from = request.Headers["Range"] is { } range ? int.Parse(range["bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture) : 0;
        if (from > 0)
        {
            response.StatusCode = 206;
            response.Headers["Content-Range"] = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        }

        response.ContentLength64 = bytes.Length - from;
        if (Breaks-- > 0)
        {
            response.OutputStream.Write(bytes, from, (bytes.Length - from) / 2);
            response.OutputStream.Flush();
            response.Abort();
            return;
        }

        response.OutputStream.Write(bytes, from, bytes.Length - from);
    }
}
