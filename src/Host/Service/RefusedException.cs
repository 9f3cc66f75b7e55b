namespace StreamTrainer.Host.Service;

/// <summary>Why a request is refused.</summary>
internal enum Refusal
{
    /// <summary>There is no such thing.</summary>
    NotFound,

    /// <summary>What there is already, or its state, forbids it.</summary>
    Conflict,

    /// <summary>What was given cannot be used.</summary>
    Invalid,

    /// <summary>There is no room for more.</summary>
    Full,
}

/// <summary>A request that the service refuses.</summary>
/// <param name="why">Why.</param>
/// <param name="message">One sentence that names what, and what to do.</param>
internal sealed class RefusedException(Refusal why, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public Refusal Why => why;
}
