namespace StreamTrainer.Pipeline.Sources.Remote;

/// <summary>A request that failed for now: the network, or a server that is overloaded. It is made anew after a pause.</summary>
internal sealed class TransientException : IOException
{
    /// <summary>Makes one.</summary>
    public TransientException()
    {
    }

    /// <summary>Makes one from what is wrong.</summary>
    public TransientException(string message) : base(message)
    {
    }

    /// <summary>Makes one from what led to it.</summary>
    public TransientException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>How long the server asks to wait; null: it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
