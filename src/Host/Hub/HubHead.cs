using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StreamTrainer.Host.Hub;

/// <summary>What the hub says of a file before it is fetched.</summary>
/// <param name="Address">Where it is asked for.</param>
/// <param name="Etag">Its checksum: SHA-256 of big files, git's SHA-1 of others.</param>
/// <param name="Commit">The commit that the revision is.</param>
/// <param name="Size">Its length in bytes, where it is told.</param>
internal sealed record HubHead(Uri Address, string Etag, string Commit, long? Size)
{
    /// <summary>Reads an answer.</summary>
    /// <exception cref="HttpRequestException">It is not a hub's.</exception>
    public static HubHead Of(HttpResponseMessage answer, Uri address, string revision)
    {
        string? etag = Value(answer, "X-Linked-Etag") ?? answer.Headers.ETag?.Tag;
        etag = etag?.Trim().TrimStart('W', '/').Trim('"');
        if (string.IsNullOrEmpty(etag))
        {
            throw new HttpRequestException("its answer has no ETag, so it is no Hugging Face server");
        }

        string commit = Value(answer, "X-Repo-Commit") ?? revision;
        long? size = Value(answer, "X-Linked-Size") is { } linked && long.TryParse(linked, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            ? length
            : answer.Content.Headers.ContentLength is > 0 and var own ? own : null;
        return new HubHead(address, Safe(etag), Safe(commit), size);
    }

    /// <summary>These become names of files: what is not plain is told by its hash.</summary>
    private static string Safe(string text) => text.Length <= 128 && text.All(char.IsAsciiLetterOrDigit)
        ? text
        : "x" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string? Value(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
