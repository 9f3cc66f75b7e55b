using System.Diagnostics;
using System.Globalization;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Perf.Harness;

/// <summary>A script in another language that does the same work, told line by line how much of it, and answering with
/// its own processor time, so that its start does not count.</summary>
internal sealed class PeerProcess : IDisposable
{
    /// <summary>Debian's Python: the one that its packages belong to, which the first <c>python3</c> on the path may not be.</summary>
    private const string DebianPython = "/usr/bin/python3";

    private readonly Process _process;
    private readonly string _script;

    /// <summary>Starts a script of <c>perf/peers</c>.</summary>
    /// <exception cref="UserErrorException">Python is missing.</exception>
    public PeerProcess(string script, params string[] arguments)
        : this(File.Exists(DebianPython) ? DebianPython : "python3", script, [Path.Combine(PerfData.Repository, "perf", "peers", script), .. arguments])
    {
    }

    private PeerProcess(string program, string name, string[] arguments)
    {
        _script = name;
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new UserErrorException($"{start.FileName}: cannot be started: {error.Message}; install python3 and python3-pil", error);
        }
    }

    /// <summary>Starts a program that <see cref="CompiledPeer"/> built.</summary>
    public static PeerProcess OfProgram(string program, params string[] arguments) => new(program, Path.GetFileName(program), arguments);

    /// <summary>Lets the peer work on so many images and gives its processor time in seconds.</summary>
    /// <exception cref="UserErrorException">It failed; what it said stands on standard error.</exception>
    public double Work(int images) => double.Parse(Ask(images.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

    /// <summary>The same for one of several kinds of work that a peer knows.</summary>
    /// <exception cref="UserErrorException">It failed; what it said stands on standard error.</exception>
    public double Work(string kind, int images) =>
        double.Parse(Ask(string.Create(CultureInfo.InvariantCulture, $"{kind} {images}")), CultureInfo.InvariantCulture);

    /// <summary>Says a line to the peer and gives the line that it answers.</summary>
    /// <exception cref="UserErrorException">It failed; what it said stands on standard error.</exception>
    public string Ask(string line)
    {
        string? answer = null;
        try
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
            answer = _process.StandardOutput.ReadLine();
        }
        catch (IOException)
        {
            // It is no longer there to be asked.
        }

        return answer ?? throw new UserErrorException($"{_script}: ended without an answer; a script needs Pillow (apt install python3-pil)");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before.
        }

        _process.WaitForExit(TimeSpan.FromSeconds(5));
        _process.Dispose();
    }
}
