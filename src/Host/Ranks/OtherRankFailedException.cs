namespace StreamTrainer.Host.Ranks;

/// <summary>Another rank failed, and tells why: this one has nothing to say.</summary>
internal sealed class OtherRankFailedException : Exception;
