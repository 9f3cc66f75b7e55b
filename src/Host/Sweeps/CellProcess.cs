using System.Diagnostics;
using System.Text;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Sweeps;

/// <summary>
/// A run as a process of its own, for as long as this object lives. It trains a directory that is ready, as <c>resume</c> does; the
/// end of its standard input asks it to save and stop, also where this process dies.
/// </summary>
internal sealed class CellProcess : IDisposable
{
    private const int KeptLines = 20;

    // What inherited the pipes could hold them open for ever.
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly Queue<string> _errors = new();
    private readonly TaskCompletionSource _errorsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts it.</summary>
    /// <param name="run">The run's directory.</param>
    /// <param name="device">The GPU it sees, as <c>CUDA_VISIBLE_DEVICES</c> names it; null: what this process sees.</param>
    public CellProcess(RunDirectory run, string? device)
    {
        ProcessStartInfo start = OwnProgram.Start("resume", run.Path, "--quiet");
        start.RedirectStandardInput = true;
        start.Environment[ParentWatch.Variable] = "1";
        if (device is not null)
        {
            start.Environment["CUDA_VISIBLE_DEVICES"] = device;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its exit code.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines of what it had to complain about.</summary>
    public string Errors
    {
        get
        {
            _errorsEnded.Task.Wait(s_rest);
            lock (_lock)
            {
                var text = new StringBuilder();
                foreach (string line in _errors)
                {
                    text.Append(line).Append('\n');
                }

                return text.ToString().Trim();
            }
        }
    }

    /// <summary>Waits so long for its end.</summary>
    /// <returns>Whether it has ended.</returns>
    public bool Wait(TimeSpan time) => _process.WaitForExit(time);

    /// <summary>Asks it to save and stop. Any thread, any number of times.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            try
            {
                _process.StandardInput.Close();
            }
            catch (Exception error) when (error is IOException or InvalidOperationException)
            {
                // It has ended by itself.
            }
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It has ended by itself.
        }
    }

    public void Dispose()
    {
        Stop();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            _errorsEnded.TrySetResult();
            return;
        }

        lock (_lock)
        {
            _errors.Enqueue(line);
            if (_errors.Count > KeptLines)
            {
                _errors.Dequeue();
            }
        }
    }
}
