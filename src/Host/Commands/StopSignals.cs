using System.Runtime.InteropServices;

namespace StreamTrainer.Host.Commands;

/// <summary>
/// Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends the process at once. Signals come on a thread of the
/// runtime.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _interrupt, _terminate;
    private int _code;

    public StopSignals(Action<string> tell)
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Handle(context, ExitCodes.Interrupted, tell));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Handle(context, ExitCodes.Terminated, tell));
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>What the process is to end with.</summary>
    public int ExitCode => Volatile.Read(ref _code) is var code and not 0 ? code : ExitCodes.Interrupted;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _stop.Dispose();
    }

    private void Handle(PosixSignalContext context, int code, Action<string> tell)
    {
        context.Cancel = true;
        if (Interlocked.CompareExchange(ref _code, code, 0) != 0)
        {
            Environment.Exit(code);
        }

        tell("stopping after this step and saving; once more stops at once");
        _stop.Cancel();
    }
}
