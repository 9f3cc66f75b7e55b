using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StreamTrainer.Perf.Harness;

/// <summary>Files by HTTP ranges behind a link of a given latency and rate: each request waits the latency, and all answers
/// together leave no faster than the rate.</summary>
internal sealed class LinkServer : IDisposable
{
    private const int Piece = 64 << 10;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _link = new();
    private readonly TimeSpan _latency;
    private readonly double _bytesPerSecond;
    private readonly string _folder;
    private long _free, _requests, _bytes;

    /// <summary>Starts it.</summary>
    /// <param name="folder">Its files.</param>
    /// <param name="latency">What a request waits.</param>
    /// <param name="bytesPerSecond">What the link carries.</param>
    public LinkServer(string folder, TimeSpan latency, double bytesPerSecond)
    {
        (_folder, _latency, _bytesPerSecond) = (folder, latency, bytesPerSecond);
        _listener.Start();
        _ = Task.Run(Accept);
    }

    /// <summary>Its address.</summary>
    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Requests so far.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Bytes of files sent so far.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

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
        using var reader = new StreamReader(connection, Encoding.Latin1);
        byte[] buffer = new byte[Piece];
        try
        {
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } request)
            {
                string range = "";
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
                {
                    range = line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase) ? line["Range: bytes=".Length..] : range;
                }

                Interlocked.Increment(ref _requests);
                await Task.Delay(_latency, _stop.Token);
                using var file = File.OpenHandle(Path.Combine(_folder, request.Split(' ')[1].TrimStart('/')));
                long length = RandomAccess.GetLength(file);
                long[] ends = [.. range.Split('-').Select(end => long.Parse(end, CultureInfo.InvariantCulture))];
                long last = Math.Min(ends[1], length - 1);
                await connection.WriteAsync(Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture,
                    $"HTTP/1.1 206 Partial Content\r\nContent-Length: {last - ends[0] + 1}\r\nContent-Range: bytes {ends[0]}-{last}/{length}\r\nETag: \"1\"\r\n\r\n")), _stop.Token);
                for (long at = ends[0]; at <= last;)
                {
                    int read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(Piece, last - at + 1)), at);
                    await Turn(read);
                    await connection.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
                    at += read;
                }
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away.
        }
    }

    /// <summary>Waits until the link has carried what was sent before.</summary>
    private async Task Turn(int bytes)
    {
        long wait;
        lock (_link)
        {
            long now = Stopwatch.GetTimestamp();
            _free = Math.Max(_free, now) + (long)(bytes / _bytesPerSecond * Stopwatch.Frequency);
            wait = _free - now;
            _bytes += bytes;
        }

        // A timer is no finer than a millisecond: shorter waits are paid with the next longer one.
        if (wait > Stopwatch.Frequency / 500)
        {
            await Task.Delay(TimeSpan.FromSeconds(wait / (double)Stopwatch.Frequency), _stop.Token);
        }
    }
}
