using System.Text.Json;
using System.Text.RegularExpressions;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Sources.Remote;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>What is wrong with a source that cannot be opened, and what to do about it: one wording for all kinds.</summary>
internal static partial class SourceTrouble
{
    /// <summary>The error of a source, or a part of it, that cannot be read.</summary>
    /// <param name="place">What was to be read: a path or an address. Where the system knows better which folder it was, that is named.</param>
    /// <param name="error">An <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</param>
    public static UserErrorException CannotRead(string place, Exception error)
    {
        string remedy = error switch
        {
            UnauthorizedAccessException => "; give the user that trains the right to read it, or name another",
            _ when RemoteFiles.IsRemote(place) => "; see that the address is right",
            _ => "",
        };
        return new UserErrorException($"{Denied(error) ?? place}: cannot be read: {ReadTrouble.Of(error)}{remedy}", error);
    }

    /// <summary>What a JSON reader says, without its own count of lines, which is not the file's.</summary>
    public static string Of(JsonException error) => error.Message.Split(" Path: ")[0].Split(" LineNumber: ")[0].TrimEnd('.');

    /// <summary>The folder in a folder that was denied: .NET says which in its message alone.</summary>
    private static string? Denied(Exception error) =>
        error is UnauthorizedAccessException && DeniedPath().Match(error.Message) is { Success: true } found ? found.Groups[1].Value : null;

    [GeneratedRegex("^Access to the path '(.+)' is denied")]
    private static partial Regex DeniedPath();
}
