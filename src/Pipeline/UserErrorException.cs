namespace StreamTrainer.Pipeline;

/// <summary>
/// A mistake of the user's, not of the program: a wrong path, a wrong key, data that cannot be used. The message is one
/// clear sentence that names what is wrong, where, and what to do; the command line prints it alone and exits with 2.
/// </summary>
public sealed class UserErrorException : Exception
{
    /// <summary>Makes the error from its sentence.</summary>
    public UserErrorException(string message) : base(message) { }

    /// <summary>Makes the error from its sentence and what led to it (shown only with <c>--verbose</c>).</summary>
    public UserErrorException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Makes an error without a sentence.</summary>
    public UserErrorException() { }
}
