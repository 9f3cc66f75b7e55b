using System.Net;
using System.Net.Http.Headers;

namespace StreamTrainer.Pipeline.Sources.Remote;

/// <summary>
/// A file behind HTTP or HTTPS, read by ranges (RFC 9110, section 14). The server's entity tag, or its time of last change, says
/// that it is still the same file. What <see cref="AuthorizationVariable"/> holds is sent as the <c>Authorization</c> header, to
/// the address itself and nowhere a redirect leads; credentials in an address are refused.
/// </summary>
internal sealed class HttpFile : RemoteFile
{
    /// <summary>The environment variable with the value of the <c>Authorization</c> header.</summary>
    public const string AuthorizationVariable = "STREAMTRAINER_HTTP_AUTHORIZATION";

    private static readonly Lazy<HttpClient> s_client = new(MakeClient);

    private readonly Uri _address;
    private long _length;
    private string _version = "";

    private HttpFile(string location, Uri address) : base(location) => _address = address;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override string Version => _version;

    /// <summary>Asks the server for the first byte: whether the file is there, how long it is, and whether ranges are served.</summary>
    /// <exception cref="UserErrorException">They are not; the message says which.</exception>
    public static new HttpFile Open(string location)
    {
        if (!Uri.TryCreate(location, UriKind.Absolute, out Uri? address))
        {
            throw new UserErrorException($"{location}: not an address");
        }

        if (address.UserInfo.Length > 0)
        {
            throw new UserErrorException(
                $"{address.Scheme}://{address.Authority}{address.AbsolutePath}: an address must not hold a name or a password, which would be kept with the run; set {AuthorizationVariable} in the environment instead");
        }

        var file = new HttpFile(location, address);
        try
        {
            file.Fetch(stackalloc byte[1], 0, RemoteOptions.Current.OpeningPatience);
        }
        catch (IOException error)
        {
            throw SourceTrouble.CannotRead(location, error);
        }

        return file;
    }

    /// <inheritdoc/>
    protected override void Request(Span<byte> destination, long offset, ref int done)
    {
        long first = offset + done, last = offset + destination.Length - 1;
        using var idle = new CancellationTokenSource(RemoteOptions.Current.Idle);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _address);
            request.Headers.Range = new RangeHeaderValue(first, last);
            if (Environment.GetEnvironmentVariable(AuthorizationVariable) is { Length: > 0 } authorization)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }

            using HttpResponseMessage response = s_client.Value.Send(request, HttpCompletionOption.ResponseHeadersRead, idle.Token);
            CheckStatus(response, first, last);
            // A read that waits in vain is ended from here.
            using CancellationTokenRegistration abort = idle.Token.Register(static response => ((HttpResponseMessage)response!).Dispose(), response);
            using Stream body = response.Content.ReadAsStream(idle.Token);
            while (done < destination.Length)
            {
                int read = body.Read(destination[done..]);
                if (read == 0)
                {
                    throw new TransientException($"the answer ended {destination.Length - done} bytes too early");
                }

                done += read;
                idle.CancelAfter(RemoteOptions.Current.Idle);
            }
        }
        catch (Exception error) when (idle.IsCancellationRequested && error is not (UserErrorException or TransientException))
        {
            throw Silent(error);
        }
        catch (OperationCanceledException error)
        {
            // A connection that did not come about in its time.
            throw Silent(error);
        }
        catch (HttpRequestException error)
        {
            throw new TransientException(error.Message, error);
        }
        catch (IOException error) when (error is HttpIOException || error.InnerException is System.Net.Sockets.SocketException)
        {
            throw new TransientException(error.Message, error);
        }
    }

    private static HttpClient MakeClient()
    {
        var handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = RemoteOptions.Current.Connections,
            ConnectTimeout = RemoteOptions.Current.Idle,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            AutomaticDecompression = DecompressionMethods.None,
        };
        // Time is watched request by request: a large range may take as long as it comes.
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static TransientException Silent(Exception error) => new("the server was silent for too long", error);

    private void CheckStatus(HttpResponseMessage response, long first, long last)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent:
                CheckRange(response, first, last);
                return;
            case HttpStatusCode.OK:
                throw new UserErrorException($"{Name}: the server gives no ranges, and samples are read in place; use one that does (nginx, S3), or download the file");
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                throw new UserErrorException($"{Name}: the server says {(int)response.StatusCode} ({response.StatusCode}); set {AuthorizationVariable} to what its Authorization header must be");
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                throw new TransientException($"the server says {(int)response.StatusCode} ({response.StatusCode})")
                {
                    RetryAfter = response.Headers.RetryAfter?.Delta,
                };
            default:
                throw new IOException($"the server says {(int)response.StatusCode} ({response.StatusCode})");
        }
    }

    private void CheckRange(HttpResponseMessage response, long first, long last)
    {
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        if (range?.Length is not { } length || range.From != first || range.To != Math.Min(last, length - 1))
        {
            throw new TransientException($"asked for bytes {first} to {last}, the server says it gives {range?.ToString() ?? "none"}");
        }

        string version = response.Headers.ETag?.ToString() ?? response.Content.Headers.LastModified?.ToString("O") ?? $"{length} bytes";
        if (_version.Length == 0)
        {
            (_length, _version) = (length, version);
        }
        else if (version != _version || length != _length)
        {
            throw new UserErrorException($"{Name}: has changed on the server since the run began; put the old one back, or start a new run");
        }
    }
}
