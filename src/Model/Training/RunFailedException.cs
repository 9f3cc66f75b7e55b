namespace StreamTrainer.Model.Training;

/// <summary>
/// A run cannot go on, by no mistake in the recipe's writing: the loss is not finite, the disk is full. The message is one
/// clear sentence that says what to do; the command line prints it alone and exits with 1.
/// </summary>
public sealed class RunFailedException : Exception
{
    /// <summary>Makes the error from its sentence.</summary>
    public RunFailedException(string message) : base(message) { }

    /// <summary>Makes the error from its sentence and what led to it.</summary>
    public RunFailedException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Makes an error without a sentence.</summary>
    public RunFailedException() { }
}
