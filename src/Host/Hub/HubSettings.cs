namespace StreamTrainer.Host.Hub;

/// <summary>Where models come from, and where they are kept: the environment variables of Hugging Face's own programs.</summary>
/// <param name="Endpoint">The server.</param>
/// <param name="Cache">The folder of what was fetched, laid out as huggingface_hub lays it out: both use what the other fetched.</param>
/// <param name="Token">Who asks; none: anybody.</param>
/// <param name="Offline">Only what is there is used.</param>
internal sealed record HubSettings(Uri Endpoint, string Cache, string? Token, bool Offline)
{
    /// <summary>As the environment says: <c>HF_ENDPOINT</c>, <c>HF_HUB_CACHE</c>, <c>HF_HOME</c>, <c>HF_TOKEN</c>, <c>HF_TOKEN_PATH</c>,
    /// <c>HF_HUB_OFFLINE</c>.</summary>
    public static HubSettings FromEnvironment()
    {
        string endpoint = Variable("HF_ENDPOINT") ?? "https://huggingface.co";
        if (!Uri.TryCreate(endpoint.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
        {
            throw new Pipeline.UserErrorException($"HF_ENDPOINT: '{endpoint}' is no address; write it as https://huggingface.co");
        }

        string home = Variable("HF_HOME") ?? Path.Combine(
            Variable("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "huggingface");
        string tokenFile = Variable("HF_TOKEN_PATH") ?? Path.Combine(home, "token");
        string? token = Variable("HF_TOKEN") ?? (File.Exists(tokenFile) ? File.ReadAllText(tokenFile).Trim() : null);
        bool offline = Variable("HF_HUB_OFFLINE") is { } wish && wish.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";
        return new HubSettings(address, Variable("HF_HUB_CACHE") ?? Path.Combine(home, "hub"), token is { Length: > 0 } ? token : null, offline);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
