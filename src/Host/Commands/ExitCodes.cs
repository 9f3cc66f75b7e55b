namespace StreamTrainer.Host.Commands;

/// <summary>
/// What the program ends with. One rule tells <see cref="UserError"/> from <see cref="Failure"/>: 2 where what the program was
/// given (words, recipe, data, a place to write to) cannot be used, so that other words, another input or other rights mend it;
/// 1 where what it was given is all right and the work failed under way, or where the work is a check and its answer is no. So a
/// truncated shard is 2 to whoever wants its samples, and 1 to <c>pack --verify</c>, whose answer it is; a DEST that cannot be
/// written is 2, a disk that becomes full 1. Work that left out damaged pieces and did all others ends with 1, too.
/// </summary>
internal static class ExitCodes
{
    /// <summary>All is well.</summary>
    public const int Success = 0;

    /// <summary>The work failed under way, was done in part, or was a check that found something wrong.</summary>
    public const int Failure = 1;

    /// <summary>What was given cannot be used: a wrong path, key, option, a damaged input.</summary>
    public const int UserError = 2;

    /// <summary>Stopped by Ctrl-C; the state is saved.</summary>
    public const int Interrupted = 130;

    /// <summary>Stopped by SIGTERM; the state is saved.</summary>
    public const int Terminated = 143;
}
