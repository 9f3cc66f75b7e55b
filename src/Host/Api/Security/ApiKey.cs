using System.Security.Cryptography;
using System.Text;

namespace StreamTrainer.Host.Api.Security;

/// <summary>A key as it is stored: not itself, but its hash. It is random enough that a plain SHA-256 cannot be turned back.</summary>
/// <param name="Id">The part of the key that is no secret: by it a key is found.</param>
/// <param name="Name">Whose it is.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Hash">SHA-256 of the key, hexadecimal.</param>
/// <param name="Created">When it was made, UTC.</param>
internal sealed record ApiKey(string Id, string Name, Role Role, string Hash, DateTime Created)
{
    private const string Prefix = "stk_";
    private const int IdBytes = 6, SecretBytes = 32;

    /// <summary>Makes a key.</summary>
    /// <returns>What is stored, and the key, which nobody can tell again.</returns>
    public static (ApiKey Stored, string Key) Make(string name, Role role, DateTime now)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        string key = $"{Prefix}{id}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes))}";
        return (new ApiKey(id, name, role, HashOf(key), now), key);
    }

    /// <summary>The part of a key that is no secret; null where it is none.</summary>
    public static string? IdOf(string key) =>
        key.Length == Prefix.Length + 2 * IdBytes + 1 + 2 * SecretBytes && key.StartsWith(Prefix, StringComparison.Ordinal) ? key.Substring(Prefix.Length, 2 * IdBytes) : null;

    /// <summary>Whether a key is this one, in a time that does not depend on how much of it is right.</summary>
    public bool Is(string key) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash), Encoding.ASCII.GetBytes(HashOf(key)));

    private static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
