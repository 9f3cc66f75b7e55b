using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using StreamTrainer.Host.Tests.EndToEnd;
using StreamTrainer.Tests;

namespace StreamTrainer.Host.Tests.Service;

/// <summary>The real service, as a process of its own, on a port that is free.</summary>
internal sealed partial class ServiceProcess : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly List<string> _lines = [];

    private ServiceProcess(Process process) => _process = process;

    /// <summary>Where it is.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Asks it.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>What it printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>Starts it, and waits until it is ready.</summary>
    public static ServiceProcess Start(string runs, params IEnumerable<string> settings) => Start(runs, "http://127.0.0.1:0", settings);

    /// <summary>Starts it on an address.</summary>
    public static ServiceProcess Start(string runs, string url, IEnumerable<string> settings)
    {
        var start = new ProcessStartInfo(Executable.Path, ["--runs", runs, "--urls", url, "--StreamTrainer:BackOffSeconds=0.1", .. settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(Path.GetFullPath(runs))!,
        };
        start.Environment["STREAMTRAINER_CACHE"] = TemporaryCache.Path;
        var service = new ServiceProcess(new Process { StartInfo = start });
        service.Begin();
        return service;
    }

    /// <summary>Sends a signal by its name, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public int End(string signal)
    {
        using (Process kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        _process.WaitForExit(s_longest);
        return _process.ExitCode;
    }

    /// <summary>Waits until something is so; fails where the service ends before.</summary>
    public void Until(Func<bool> there)
    {
        long start = Stopwatch.GetTimestamp();
        while (!there())
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(start) > s_longest)
            {
                throw new InvalidOperationException($"it did not come to it ({(_process.HasExited ? "the service ended" : "too slow")}):\n{Output}");
            }

            Thread.Sleep(s_look);
        }
    }

    /// <summary>Posts JSON; gives the answer's code and document.</summary>
    public (HttpStatusCode Code, JsonElement Answer) Post(string path, object? body = null, string? key = null, string? idempotency = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        return Send(request, key, idempotency);
    }

    /// <summary>Gets JSON.</summary>
    public (HttpStatusCode Code, JsonElement Answer) Get(string path, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return Send(request, key);
    }

    /// <summary>Deletes.</summary>
    public (HttpStatusCode Code, JsonElement Answer) Delete(string path, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        return Send(request, key);
    }

    /// <summary>Gets anything: its code, its headers, its bytes.</summary>
    public (HttpStatusCode Code, HttpResponseHeaders Headers, byte[] Bytes) Fetch(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using HttpResponseMessage response = Client.Send(request);
        using var bytes = new MemoryStream();
        response.Content.ReadAsStream().CopyTo(bytes);
        return (response.StatusCode, response.Headers, bytes.ToArray());
    }

    /// <summary>A run's state.</summary>
    public string State(string id) => Get($"api/runs/{id}").Answer.GetProperty("state").GetString()!;

    /// <summary>Sends a request.</summary>
    public (HttpStatusCode Code, JsonElement Answer) Send(HttpRequestMessage request, string? key = null, string? idempotency = null)
    {
        if (key is not null)
        {
            request.Headers.Authorization = new("Bearer", key);
        }

        if (idempotency is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotency);
        }

        using HttpResponseMessage response = Client.Send(request);
        using var reader = new StreamReader(response.Content.ReadAsStream());
        string text = reader.ReadToEnd();
        bool json = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
        return (response.StatusCode, json ? JsonDocument.Parse(text).RootElement : JsonSerializer.SerializeToElement(text));
    }

    public void Dispose()
    {
        Client?.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private void Begin()
    {
        DataReceivedEventHandler heard = (_, line) =>
        {
            lock (_lines)
            {
                _lines.Add(line.Data ?? "");
            }
        };
        _process.OutputDataReceived += heard;
        _process.ErrorDataReceived += heard;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Until(() => Serves().IsMatch(Output));
        Address = new Uri(Serves().Match(Output).Groups[1].Value.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal));
        Client = new HttpClient { BaseAddress = Address, Timeout = s_longest };
        Until(() => Get("health/ready").Code == HttpStatusCode.OK);
    }

    [GeneratedRegex(@"serves (https?://[^, ]+\d)")]
    private static partial Regex Serves();
}
