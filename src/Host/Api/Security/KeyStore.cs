using System.Text.Json;
using System.Text.Json.Serialization;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Api.Security;

/// <summary>The keys, in a file that only its owner may read. One that changes, by <c>streamtrainer keys</c> say, is read again. For any
/// thread.</summary>
/// <param name="path">The file.</param>
internal sealed class KeyStore(string path)
{
    private const int LongestName = 60;

    // Compared with where there is no such key, so that it takes as long.
    private static readonly ApiKey s_nobody = ApiKey.Make("nobody", Role.Read, DateTime.UnixEpoch).Stored;

    private readonly Lock _lock = new();
    private IReadOnlyList<ApiKey> _keys = [];
    private DateTime _read;

    /// <summary>All keys.</summary>
    /// <exception cref="UserErrorException">The file cannot be read.</exception>
    public IReadOnlyList<ApiKey> All()
    {
        lock (_lock)
        {
            DateTime written = File.GetLastWriteTimeUtc(path);
            if (written != _read)
            {
                _keys = Read();
                _read = written;
            }

            return _keys;
        }
    }

    /// <summary>Whose a key is; null: nobody's.</summary>
    public ApiKey? Find(string key)
    {
        string? id = ApiKey.IdOf(key);
        ApiKey candidate = All().FirstOrDefault(each => each.Id == id) ?? s_nobody;
        return candidate.Is(key) && candidate != s_nobody ? candidate : null;
    }

    /// <summary>Adds a key, and gives it: it cannot be told again.</summary>
    /// <exception cref="UserErrorException">The name is taken or cannot be one, or the file cannot be written.</exception>
    public string Add(string name, Role role)
    {
        if (name.Length is 0 or > LongestName || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or '@'))
        {
            throw new UserErrorException($"'{name}' cannot be a key's name; it takes up to {LongestName} letters, digits and . _ - @");
        }

        lock (_lock)
        {
            IReadOnlyList<ApiKey> keys = Read();
            if (keys.Any(key => key.Name == name))
            {
                throw new UserErrorException($"there is a key '{name}' already; revoke it first, or choose another name");
            }

            (ApiKey stored, string key) = ApiKey.Make(name, role, DateTime.UtcNow);
            Write([.. keys, stored]);
            return key;
        }
    }

    /// <summary>Takes a key back.</summary>
    /// <exception cref="UserErrorException">There is none, or the file cannot be written.</exception>
    public void Revoke(string name)
    {
        lock (_lock)
        {
            IReadOnlyList<ApiKey> keys = Read();
            if (keys.All(key => key.Name != name))
            {
                throw new UserErrorException($"there is no key '{name}'; there are: {string.Join(", ", keys.Select(key => key.Name))}");
            }

            Write([.. keys.Where(key => key.Name != name)]);
        }
    }

    private IReadOnlyList<ApiKey> Read()
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), KeyJson.Default.IReadOnlyListApiKey) ?? [] : [];
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"the keys in {path} cannot be read: {error.Message}", error);
        }
    }

    private void Write(IReadOnlyList<ApiKey> keys)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && !File.Exists(path))
            {
                // What is put in its place has the rights of a new file, so the folder keeps others out.
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.SetUnixFileMode(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(keys, KeyJson.Default.IReadOnlyListApiKey));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"the keys cannot be written to {path}: {error.Message}", error);
        }
    }
}

/// <summary>JSON of the keys' file, generated at build.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<ApiKey>))]
internal sealed partial class KeyJson : JsonSerializerContext;
