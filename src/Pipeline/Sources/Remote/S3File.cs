using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace StreamTrainer.Pipeline.Sources.Remote;

/// <summary>
/// An object of S3 or of whatever speaks its language, read by ranges: <c>s3://bucket/key</c>. Region, endpoint
/// (<c>AWS_ENDPOINT_URL</c>) and credentials are the SDK's own chain's: environment, profile, container, instance. They never
/// pass through here.
/// </summary>
internal sealed class S3File : RemoteFile
{
    /// <summary>How a location begins.</summary>
    public const string Scheme = "s3://";

    private static readonly Lazy<AmazonS3Client> s_client = new(MakeClient);

    private readonly string _bucket, _key;
    private long _length;
    private string _version = "";

    private S3File(string location, string bucket, string key) : base(location) => (_bucket, _key) = (bucket, key);

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override string Version => _version;

    /// <summary>Asks for the object's first byte: whether it is there, and how long it is.</summary>
    /// <exception cref="UserErrorException">It is not, or there are no credentials.</exception>
    public static new S3File Open(string location)
    {
        string[] parts = location[Scheme.Length..].Split('/', 2);
        if (parts.Length < 2 || parts[0].Length == 0 || parts[1].Length == 0)
        {
            throw new UserErrorException($"{location}: an object is named s3://bucket/key");
        }

        if (parts[0].Contains('@') || parts[0].Contains(':'))
        {
            throw new UserErrorException($"{Scheme}...: an address must not hold credentials, which would be kept with the run; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or a profile");
        }

        var file = new S3File(location, parts[0], parts[1]);
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
            var request = new GetObjectRequest { BucketName = _bucket, Key = _key, ByteRange = new ByteRange(first, last) };
            // The SDK has no other calls; the thread is a reader's own and has nothing else to do.
            using GetObjectResponse response = s_client.Value.GetObjectAsync(request, idle.Token).GetAwaiter().GetResult();
            CheckSame(response, first, last);
            // Taken before: an aborted answer has none.
            Stream body = response.ResponseStream;
            using CancellationTokenRegistration abort = idle.Token.Register(static response => ((GetObjectResponse)response!).Dispose(), response);
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
            throw new TransientException("the server was silent for too long", error);
        }
        catch (AmazonS3Exception error)
        {
            throw Refused(error);
        }
        catch (AmazonServiceException error)
        {
            throw new TransientException(error.Message, error);
        }
        catch (AmazonClientException error)
        {
            throw new UserErrorException($"{Name}: the S3 client cannot work: {error.Message}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or a profile), AWS_REGION, and AWS_ENDPOINT_URL for other servers than Amazon's", error);
        }
        catch (Exception error) when (error is HttpRequestException or WebException or OperationCanceledException || (error is IOException and not TransientException))
        {
            throw new TransientException(error.Message, error);
        }
    }

    private static AmazonS3Client MakeClient()
    {
        var config = new AmazonS3Config
        {
            // Tries are counted here, where their bytes are kept.
            MaxErrorRetry = 0,
            // Servers other than Amazon's rarely have a name a bucket.
            ForcePathStyle = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL") is { Length: > 0 }
                || Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_S3") is { Length: > 0 },
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = new ClientFactory(),
        };
        return new AmazonS3Client(config);
    }

    private Exception Refused(AmazonS3Exception error)
    {
        string says = $"the server says {(int)error.StatusCode} ({error.ErrorCode})";
        return error.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                new UserErrorException($"{Name}: {says}; the credentials of the environment or the profile may not read it", error),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError or 0 => new TransientException(says, error),
            _ => new IOException(says, error),
        };
    }

    private void CheckSame(GetObjectResponse response, long first, long last)
    {
        // "bytes 0-99/1234"
        long? length = response.ContentRange is { } range && long.TryParse(range.AsSpan(range.LastIndexOf('/') + 1), out long all) ? all : null;
        if (length is null)
        {
            throw new UserErrorException($"{Name}: the server gives no ranges, and samples are read in place");
        }

        if (_version.Length == 0)
        {
            (_length, _version) = (length.Value, response.ETag ?? $"{length} bytes");
        }
        else if (length != _length || (response.ETag ?? $"{length} bytes") != _version)
        {
            throw new UserErrorException($"{Name}: has changed on the server since the run began; put the old one back, or start a new run");
        }

        if (response.ContentLength != Math.Min(last, _length - 1) - first + 1)
        {
            throw new TransientException($"asked for bytes {first} to {last}, the server gives {response.ContentLength} bytes");
        }
    }

    private sealed class ClientFactory : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            new(new SocketsHttpHandler { MaxConnectionsPerServer = RemoteOptions.Current.Connections, ConnectTimeout = RemoteOptions.Current.Idle })
            {
                Timeout = Timeout.InfiniteTimeSpan,
            };

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => true;
    }
}
