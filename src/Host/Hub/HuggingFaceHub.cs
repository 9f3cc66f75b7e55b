using System.Net;
using System.Net.Http.Headers;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Hub;

/// <summary>
/// Fetches files of models from a Hugging Face server: each once, kept in the cache that Python's huggingface_hub uses, its
/// checksum verified, a broken download gone on with. Blocks the calling thread.
/// </summary>
/// <param name="settings">Where from and where to.</param>
/// <param name="note">Told what is downloaded, in a line.</param>
internal sealed class HuggingFaceHub(HubSettings settings, Action<string> note) : IDisposable
{
    private const int MostRedirects = 5;

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(20) })
    {
        // Of an answer's head; a body may take its time.
        Timeout = TimeSpan.FromSeconds(60),
        DefaultRequestHeaders = { { "User-Agent", "streamtrainer" } },
    };

    /// <summary>A file of a repository, fetched where it is not there yet.</summary>
    /// <returns>Its path; none: the repository has no such file.</returns>
    /// <exception cref="UserErrorException">It cannot be had.</exception>
    public string? Fetch(HubRepository repository, string file)
    {
        var cache = new HubCache(settings.Cache, repository);
        if (settings.Offline)
        {
            return cache.Find(file);
        }

        try
        {
            if (Head(repository, file) is not { } head)
            {
                return null;
            }

            string blob = cache.Blob(head.Etag);
            if (!File.Exists(blob))
            {
                note($"downloading {repository} {file}{(head.Size is { } size ? $" ({size / 1e6:F0} MB)" : "")}");
                new HubDownload(Get, $"{repository}: {file}").Run(head, blob);
            }

            return cache.Name(blob, file, head.Commit);
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            if (cache.Find(file) is { } there)
            {
                note($"{settings.Endpoint} cannot be reached ({error.Message}); {repository} {file} is taken as it was fetched before");
                return there;
            }

            throw new UserErrorException($"{repository}: {settings.Endpoint} cannot be reached: {error.Message}; look at the network and HF_ENDPOINT, or name a file", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            WriteTrouble trouble = WriteTrouble.Of(error, settings.Cache);
            string text = $"{repository}: {file} cannot be kept in {settings.Cache}: {trouble.Reason}; HF_HOME names another folder";
            throw trouble.IsMistake ? new UserErrorException(text, error) : new RunFailedException(text, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private HubHead? Head(HubRepository repository, string file)
    {
        var address = new Uri(settings.Endpoint, $"{repository.Owner}/{repository.Name}/resolve/{repository.Revision}/{file}");
        for (int i = 0; i < MostRedirects; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, address);
            // The content as it is: only then is its length that of the file.
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
            using HttpResponseMessage answer = Send(request);
            // The server answers itself, perhaps with the place that has the content; a repository with another name now is elsewhere on it.
            if (IsRedirect(answer) && !answer.Headers.Contains("X-Linked-Etag") && answer.Headers.Location is { } other && new Uri(address, other).Host == settings.Endpoint.Host)
            {
                address = new Uri(address, other);
                continue;
            }

            if (answer.StatusCode == HttpStatusCode.NotFound && Value(answer, "X-Error-Code") is null or "EntryNotFound")
            {
                return null;
            }

            Check(answer, repository);
            return HubHead.Of(answer, address, repository.Revision);
        }

        throw new UserErrorException($"{repository}: {settings.Endpoint} sends from one address to the next without end");
    }

    /// <summary>A content from a byte on, wherever the server says that it lies.</summary>
    private HttpResponseMessage Get(Uri address, long from)
    {
        for (int i = 0; i < MostRedirects; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Range = from > 0 ? new RangeHeaderValue(from, null) : null } };
            HttpResponseMessage answer = Send(request);
            if (!IsRedirect(answer) || answer.Headers.Location is not { } other)
            {
                return answer;
            }

            answer.Dispose();
            address = new Uri(address, other);
        }

        throw new HttpRequestException("it sends from one address to the next without end");
    }

    private HttpResponseMessage Send(HttpRequestMessage request)
    {
        // Who asks is told to the hub itself and to nobody that it sends us to.
        if (settings.Token is { } token && request.RequestUri!.Authority == settings.Endpoint.Authority)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return _client.Send(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private void Check(HttpResponseMessage answer, HubRepository repository)
    {
        int code = (int)answer.StatusCode;
        if (code is 401 or 403 or 404)
        {
            string who = settings.Token is null ? "it needs a token: set HF_TOKEN" : "the token of HF_TOKEN may not read it";
            throw new UserErrorException($"{repository}: {settings.Endpoint} has no such model, or {who} (answer {code})");
        }

        if (code is < 200 or >= 400)
        {
            throw new HttpRequestException($"it answers {code} {answer.ReasonPhrase}");
        }
    }

    private static bool IsRedirect(HttpResponseMessage answer) => (int)answer.StatusCode is 301 or 302 or 303 or 307 or 308;

    private static string? Value(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
