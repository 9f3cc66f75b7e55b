using System.IO.Hashing;
using System.Text;
using StreamTrainer.Pipeline.Shards;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>Which data set this is: what was computed from one is good for the next that has the same fingerprint.</summary>
public static class SourceFingerprint
{
    /// <summary>XXH128, in hexadecimal digits, over the classes, each sample's class and path in order, and what tells that bytes have
    /// changed (<see cref="ISampleSource.ContentVersion"/>). Where the source lies does not count. Any thread.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static string Of(ISampleSource source, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(source);
        var hash = new XxHash128();
        hash.Append(PackIdentity.Of(source, stop));
        hash.Append(Encoding.UTF8.GetBytes(source.ContentVersion));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
