namespace StreamTrainer.Pipeline.Files;

/// <summary>Why something could not be read, in words for people: what .NET says of it repeats the path and ends in a point.</summary>
public static class ReadTrouble
{
    /// <summary>Half a sentence, as <c>permission denied</c>.</summary>
    /// <param name="error">What was thrown by reading a file or listing a folder.</param>
    public static string Of(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error switch
        {
            FileNotFoundException or DirectoryNotFoundException => "no such file",
            UnauthorizedAccessException => "permission denied",
            _ => error.Message.Trim().TrimEnd('.'),
        };
    }
}
