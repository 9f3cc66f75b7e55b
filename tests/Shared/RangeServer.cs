using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StreamTrainer.Tests;

/// <summary>What a server does to a request instead of answering it well.</summary>
public enum Fault
{
    /// <summary>Nothing: it answers.</summary>
    None,

    /// <summary>Closes the connection without a word.</summary>
    Drop,

    /// <summary>Promises all and closes after half.</summary>
    Truncate,

    /// <summary>Says 503.</summary>
    Busy,

    /// <summary>Says nothing for a while.</summary>
    Delay,

    /// <summary>Stops in the middle, for good.</summary>
    Hang,

    /// <summary>Sends a few bytes at a time.</summary>
    Throttle,

    /// <summary>Gives another range than asked for.</summary>
    WrongRange,

    /// <summary>Says 404.</summary>
    Missing,

    /// <summary>Says 403.</summary>
    Forbidden,

    /// <summary>Ignores the range.</summary>
    Whole,
}

/// <summary>An HTTP server of single files by ranges that misbehaves as told; enough of S3's language for its objects' GET.</summary>
public sealed class RangeServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<int, Fault> _faults;
    private int _requests;

    /// <summary>Starts it.</summary>
    /// <param name="faults">What the n-th request meets, from 0; by default they are answered.</param>
    public RangeServer(Func<int, Fault>? faults = null)
    {
        _faults = faults ?? (_ => Fault.None);
        _listener.Start();
        _ = Task.Run(Accept);
    }

    /// <summary>Its files by path (<c>/a.tar</c>).</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>Its address, without a slash.</summary>
    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>The entity tag of all files.</summary>
    public string Tag { get; set; } = "\"one\"";

    /// <summary>Every request's time of waiting before its answer.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>How many requests came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>What requests met.</summary>
    public ConcurrentDictionary<Fault, int> Met { get; } = new();

    /// <summary>The Authorization headers that came.</summary>
    public ConcurrentBag<string> Authorizations { get; } = [];

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                _ = Task.Run(() => Serve(socket));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The end.
        }
    }

    private async Task Serve(Socket socket)
    {
        using var connection = new NetworkStream(socket, ownsSocket: true);
        socket.NoDelay = true;
        using var reader = new StreamReader(connection, Encoding.Latin1, leaveOpen: true);
        try
        {
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } request)
            {
                Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
                {
                    string[] sides = line.Split(':', 2);
                    headers[sides[0]] = sides[1].Trim();
                }

                if (headers.TryGetValue("Authorization", out string? authorization))
                {
                    Authorizations.Add(authorization);
                }

                if (!await Answer(connection, request.Split(' ')[1].Split('?')[0], headers.GetValueOrDefault("Range")))
                {
                    return;
                }
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away.
        }
    }

    private async Task<bool> Answer(NetworkStream connection, string path, string? range)
    {
        Fault fault = _faults(Interlocked.Increment(ref _requests) - 1);
        Met.AddOrUpdate(fault, 1, (_, count) => count + 1);
        if (Latency > TimeSpan.Zero)
        {
            await Task.Delay(Latency, _stop.Token);
        }

        switch (fault)
        {
            case Fault.Drop:
                return false;
            case Fault.Delay:
                await Task.Delay(100, _stop.Token);
                break;
            case Fault.Busy:
                return await Say(connection, "503 Service Unavailable");
            case Fault.Forbidden:
                return await Say(connection, "403 Forbidden");
        }

        if (fault == Fault.Missing || !Files.TryGetValue(Uri.UnescapeDataString(path), out byte[]? file))
        {
            return await Say(connection, "404 Not Found");
        }

        (int first, int last) = (0, file.Length - 1);
        if (range is not null && fault != Fault.Whole)
        {
            string[] ends = range["bytes=".Length..].Split('-');
            first = int.Parse(ends[0], CultureInfo.InvariantCulture);
            last = Math.Min(last, int.Parse(ends[1], CultureInfo.InvariantCulture));
            first -= fault == Fault.WrongRange && first > 0 ? 1 : 0;
        }

        byte[] body = file[first..(last + 1)];
        string status = range is null || fault == Fault.Whole ? "200 OK" : $"206 Partial Content\r\nContent-Range: bytes {first}-{last}/{file.Length}";
        await connection.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nETag: {Tag}\r\n\r\n"), _stop.Token);
        if (fault is Fault.Truncate or Fault.Hang)
        {
            await connection.WriteAsync(body.AsMemory(0, body.Length / 2), _stop.Token);
            await connection.FlushAsync(_stop.Token);
            if (fault == Fault.Hang)
            {
                await Task.Delay(Timeout.Infinite, _stop.Token);
            }

            return false;
        }

        int piece = fault == Fault.Throttle ? Math.Max(1, body.Length / 8) : body.Length;
        for (int sent = 0; sent < body.Length; sent += piece)
        {
            await connection.WriteAsync(body.AsMemory(sent, Math.Min(piece, body.Length - sent)), _stop.Token);
            if (fault == Fault.Throttle)
            {
                await Task.Delay(5, _stop.Token);
            }
        }

        return true;
    }

    private async Task<bool> Say(NetworkStream connection, string status)
    {
        string body = $"<?xml version=\"1.0\"?><Error><Code>{status.Split(' ', 2)[1].Replace(" ", "", StringComparison.Ordinal)}</Code><Message>no</Message></Error>";
        await connection.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {body.Length}\r\n\r\n{body}"), _stop.Token);
        return true;
    }
}
