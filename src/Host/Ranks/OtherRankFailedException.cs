namespace StreamTrainer.Host.Ranks;

/// <summary>Another rank failed, and tells why: this one has nothing to say.</summary>
/// <param name="code">The exit code of its failure.</param>
internal sealed class OtherRankFailedException(int code) : Exception
{
    /// <summary>What all ranks end with.</summary>
    public int Code => code;
}
