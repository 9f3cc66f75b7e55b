using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>A real nginx on a free port. What lies in <see cref="Files"/> is served under the name of each way of serving it.</summary>
internal sealed class NginxServer : IDisposable
{
    /// <summary>What <c>/private/</c> asks for: the user, and the password.</summary>
    public const string User = "reader", Password = "nginx-sesame-0452";

    // Debian leaves it out of the path of those who are not root.
    private static readonly string? s_program =
        ((string[])["/usr/sbin", "/usr/local/sbin", .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)])
        .Select(folder => Path.Combine(folder, "nginx")).FirstOrDefault(File.Exists);

    private readonly string _folder;
    private readonly int _port;
    private Process _process;

    /// <summary>Starts it, or skips the test.</summary>
    public NginxServer()
    {
        Assert.SkipWhen(s_program is null, "nginx is missing (apt install nginx-light)");
        _folder = Directory.CreateTempSubdirectory("streamtrainer-nginx-").FullName;
        Directory.CreateDirectory(Files);
        for (int tries = 1; ; tries++)
        {
            _port = FreePort();
            File.WriteAllText(Path.Combine(_folder, "nginx.conf"), Configuration());
            File.WriteAllText(Path.Combine(_folder, "users"), $"{User}:{{PLAIN}}{Password}\n");
            try
            {
                _process = Run();
                return;
            }
            catch (InvalidOperationException) when (tries < 5)
            {
                // Somebody else was faster to take the port.
            }
        }
    }

    /// <summary>The folder of its files.</summary>
    public string Files => Path.Combine(_folder, "files");

    /// <summary>Its address, without a slash.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}");

    /// <summary>Its answers to requests for files: the status, the seconds they took, the way of serving.</summary>
    public IReadOnlyList<(int Status, double Seconds, string Way)> Answers
    {
        get
        {
            using var reader = new StreamReader(new FileStream(Path.Combine(_folder, "access.log"), FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite));
            string[] lines = reader.ReadToEnd().Split('\n');
            // What is behind the last line's end is not whole yet.
            return [.. lines[..^1].Select(line => line.Split(' ')).Select(parts =>
                (int.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture), parts[2].Split('/')[1]))];
        }
    }

    /// <summary>Kills it: its connections end where they are.</summary>
    public void Stop()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Starts it again on the same port.</summary>
    public void Restart() => _process = Run();

    public void Dispose()
    {
        Stop();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Process Run()
    {
        string mark = Path.Combine(_folder, "nginx.pid");
        File.Delete(mark);
        var start = new ProcessStartInfo(s_program!, ["-p", _folder, "-e", "error.log", "-c", "nginx.conf"]) { RedirectStandardError = true };
        Process process = Process.Start(start)!;
        // Written behind the opening of its port.
        while (!File.Exists(mark))
        {
            if (process.WaitForExit(10))
            {
                throw new InvalidOperationException($"nginx does not start: {process.StandardError.ReadToEnd()}");
            }
        }

        return process;
    }

    // One process, so that killing it leaves none.
    private string Configuration() => string.Create(CultureInfo.InvariantCulture, $$"""
        daemon off;
        master_process off;
        pid nginx.pid;
        error_log error.log;
        events { worker_connections 512; }
        http {
          log_format answers '$status $request_time $uri';
          access_log access.log answers;
          client_body_temp_path temp;
          proxy_temp_path temp;
          fastcgi_temp_path temp;
          uwsgi_temp_path temp;
          scgi_temp_path temp;
          limit_req_zone $server_port zone=few:1m rate=300r/s;
          split_clients $request_id $fate { 12% busy; 12% many; 12% drop; * well; }
          # The tar's headers at once, its samples at less than one a second and connection.
          map $http_range $pace { ~^bytes=0- 0; default 700; }
          server {
            listen 127.0.0.1:{{_port}};
            location /plain/ { alias files/; }
            location /slow/ { limit_rate $pace; alias files/; }
            location /limited/ { limit_req zone=few burst=8 nodelay; alias files/; }
            location /failing/ {
              if ($fate = busy) { return 503; }
              if ($fate = many) { return 429; }
              if ($fate = drop) { return 444; }
              alias files/;
            }
            location /whole/ { max_ranges 0; alias files/; }
            location /private/ { auth_basic "private"; auth_basic_user_file users; alias files/; }
          }
        }
        """);
}
