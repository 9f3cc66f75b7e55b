using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using StreamTrainer.Host.Api;
using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Client;

/// <summary>What the command line asks a service. Blocks; one thread's.</summary>
internal sealed class ServiceClient : IDisposable
{
    /// <summary>The variable with the key.</summary>
    public const string KeyVariable = "STREAMTRAINER_API_KEY";

    /// <summary>The service of this machine.</summary>
    public const string Local = "http://localhost:5000";

    private readonly HttpClient _client;
    private readonly string _server;

    /// <summary>A client of a server.</summary>
    /// <exception cref="UserErrorException">It is no address.</exception>
    public ServiceClient(string server)
    {
        _server = server.TrimEnd('/');
        if (!Uri.TryCreate(_server + '/', UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
        {
            throw new UserErrorException($"--server: '{server}' is no address; write http://HOST:PORT");
        }

        _client = new HttpClient { BaseAddress = address };
        if (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Trim());
        }
    }

    /// <summary>Queues a run.</summary>
    /// <exception cref="UserErrorException">The server refuses, or does not answer.</exception>
    public RunView Submit(Submission submission)
    {
        // Sent again after a lost answer, it is the same run.
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/runs") { Content = JsonContent.Create(submission, options: ApiJson.Options) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        return Ask<RunView>(request);
    }

    /// <summary>A run.</summary>
    public RunView Get(string id) => Ask<RunView>(new HttpRequestMessage(HttpMethod.Get, $"api/runs/{Uri.EscapeDataString(id)}"));

    /// <summary>Runs, the newest first.</summary>
    public Page<RunView> List(string? state, int limit) => Ask<Page<RunView>>(new HttpRequestMessage(
        HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"api/runs?limit={limit}{(state is null ? "" : $"&state={Uri.EscapeDataString(state)}")}")));

    /// <summary>Stops a run.</summary>
    public RunView Stop(string id, bool now) => Ask<RunView>(new HttpRequestMessage(HttpMethod.Post, $"api/runs/{Uri.EscapeDataString(id)}/stop{(now ? "?now=true" : "")}"));

    /// <summary>Queues a run that rests.</summary>
    public RunView Resume(string id) => Ask<RunView>(new HttpRequestMessage(HttpMethod.Post, $"api/runs/{Uri.EscapeDataString(id)}/resume"));

    /// <summary>Deletes a run.</summary>
    public void Delete(string id) => Ask<JsonElement>(new HttpRequestMessage(HttpMethod.Delete, $"api/runs/{Uri.EscapeDataString(id)}?confirm={Uri.EscapeDataString(id)}"));

    /// <summary>A run's resolved recipe, YAML.</summary>
    public string Recipe(string id) => Ask<string>(new HttpRequestMessage(HttpMethod.Get, $"api/runs/{Uri.EscapeDataString(id)}/recipe"));

    /// <summary>A run's summary, as it stands in its directory.</summary>
    public JsonElement Summary(string id) => Ask<JsonElement>(new HttpRequestMessage(HttpMethod.Get, $"api/runs/{Uri.EscapeDataString(id)}/summary"));

    /// <summary>What happened in a run after a place in its log; kinds that this program does not know are left out.</summary>
    public (IReadOnlyList<TrainingEvent> Events, long Next) Events(string id, long after)
    {
        EventPage page = Ask<EventPage>(new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"api/runs/{Uri.EscapeDataString(id)}/events?after={after}")));
        return ([.. page.Events.Select(view => EventKinds.Read(view.Kind, view.Data)).OfType<TrainingEvent>()], page.Next);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private T Ask<T>(HttpRequestMessage request)
    {
        using HttpRequestMessage asked = request;
        HttpResponseMessage response;
        string text;
        try
        {
            response = _client.Send(asked);
            using var reader = new StreamReader(response.Content.ReadAsStream());
            text = reader.ReadToEnd();
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
        {
            throw new NoAnswerException($"no service answers at {_server}: {error.Message.TrimEnd('.')}; start one, or name another with --server", error);
        }

        using (response)
        {
            if (!response.IsSuccessStatusCode)
            {
                string why = Detail(text) ?? $"it answers {(int)response.StatusCode} {response.ReasonPhrase}";
                throw response.StatusCode >= HttpStatusCode.InternalServerError ? new RunFailedException($"{_server}: {why}")
                    : new UserErrorException(response.StatusCode == HttpStatusCode.Unauthorized ? $"{_server}: {why}; {KeyVariable} gives it" : why);
            }

            return typeof(T) == typeof(string) ? (T)(object)text
                : text.Length == 0 ? default!
                : JsonSerializer.Deserialize<T>(text, ApiJson.Options) ?? throw new RunFailedException($"{_server} answers nothing");
        }
    }

    private static string? Detail(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text).TryGetProperty("detail", out JsonElement detail) ? detail.GetString() : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>A server that does not answer: now, perhaps.</summary>
/// <param name="message">What is wrong, and what to do.</param>
/// <param name="inner">Why.</param>
internal sealed class NoAnswerException(string message, Exception inner) : Exception(message, inner);
