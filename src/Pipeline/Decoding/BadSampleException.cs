namespace StreamTrainer.Pipeline.Decoding;

/// <summary>
/// A sample that cannot be used: truncated, corrupt, no image. The message says what is wrong with it, without its name,
/// which the pipeline adds. The pipeline counts it, lists it, and puts another sample in its place.
/// </summary>
public sealed class BadSampleException : Exception
{
    /// <summary>Makes the error from what is wrong with the sample.</summary>
    public BadSampleException(string message) : base(message) { }

    /// <summary>Makes the error from what is wrong with the sample and what led to it.</summary>
    public BadSampleException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Makes an error without a reason.</summary>
    public BadSampleException() { }
}
