namespace StreamTrainer.Pipeline.Sources.Remote;

/// <summary>Which locations are behind a network, and who reads them.</summary>
internal static class RemoteFiles
{
    /// <summary>Whether a location is an address and not a path.</summary>
    public static bool IsRemote(string location) =>
        IsHttp(location) || location.StartsWith(S3File.Scheme, StringComparison.Ordinal);

    /// <summary>Opens a remote file.</summary>
    /// <exception cref="UserErrorException">It is not there, or the server cannot be reached or does not give ranges.</exception>
    public static ByteFile Open(string location) => IsHttp(location) ? HttpFile.Open(location) : S3File.Open(location);

    private static bool IsHttp(string location) =>
        location.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || location.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
