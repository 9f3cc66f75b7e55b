using System.Runtime.InteropServices;
using StreamTrainer.Host.Commands.Native;

namespace StreamTrainer.Host.Commands;

/// <summary>
/// Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends the process at once. Signals come on a thread of the
/// runtime. Where another process watches this one (<see cref="ParentWatch"/>), it alone decides what is at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Action<string> _tell;
    private readonly Action<int> _endNow;
    private readonly PosixSignalRegistration[] _registrations;
    private bool _watched;
    private int _code;

    /// <summary>Takes the signals.</summary>
    /// <param name="tell">Gets the line that says that the first one was heard.</param>
    /// <param name="restore">Leaves the terminal as it was, before the second one ends the process.</param>
    public StopSignals(Action<string> tell, Action restore)
        : this(tell, code => EndNow(code, restore), [PosixSignal.SIGINT, PosixSignal.SIGTERM])
    {
        if (ParentWatch.IsWatched)
        {
            _watched = true;
            ParentWatch.Start(() => Receive(PosixSignal.SIGTERM));
        }
    }

    /// <summary>For a test: what the second signal does, and which are taken from the system.</summary>
    internal StopSignals(Action<string> tell, Action<int> endNow, IEnumerable<PosixSignal> taken)
    {
        _tell = tell;
        _endNow = endNow;
        _registrations = [.. taken.Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>What the process is to end with.</summary>
    public int ExitCode => Volatile.Read(ref _code) is var code and not 0 ? code : ExitCodes.Interrupted;

    public void Dispose()
    {
        Array.ForEach(_registrations, registration => registration.Dispose());
        _stop.Dispose();
    }

    /// <summary>A signal came.</summary>
    internal void Receive(PosixSignal signal)
    {
        int code = signal == PosixSignal.SIGTERM ? ExitCodes.Terminated : ExitCodes.Interrupted;
        if (Interlocked.CompareExchange(ref _code, code, 0) != 0)
        {
            // What a batch system tells all processes of a job comes by the parent too: that is not a second wish.
            if (!_watched)
            {
                _endNow(code);
            }

            return;
        }

        _tell("stopping after this step and saving; once more stops at once");
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It came in the last moment of the command, which ends anyway.
        }
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!(_watched && context.Signal == PosixSignal.SIGINT))
        {
            Receive(context.Signal);
        }
    }

    private static void EndNow(int code, Action restore)
    {
        restore();
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            // Not Environment.Exit: it waits for threads, and runs libtorch's destructors beside a step that still computes.
            LibC.ExitNow(code);
        }

        Environment.Exit(code);
    }
}
