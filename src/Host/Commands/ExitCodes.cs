namespace StreamTrainer.Host.Commands;

/// <summary>What the program ends with.</summary>
internal static class ExitCodes
{
    /// <summary>All is well.</summary>
    public const int Success = 0;

    /// <summary>Something failed that was no mistake of the user's.</summary>
    public const int Failure = 1;

    /// <summary>A mistake of the user's: a wrong path, key, option.</summary>
    public const int UserError = 2;

    /// <summary>Stopped by Ctrl-C; the state is saved.</summary>
    public const int Interrupted = 130;

    /// <summary>Stopped by SIGTERM; the state is saved.</summary>
    public const int Terminated = 143;
}
