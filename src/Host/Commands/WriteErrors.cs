using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Commands;

/// <summary>What becomes of an answer that cannot be written.</summary>
internal static class WriteErrors
{
    /// <summary>Whether <c>--out</c> names a place for a file; asked before any work is done.</summary>
    /// <param name="path">What it names.</param>
    /// <param name="name">A file's name, for the advice.</param>
    /// <exception cref="UserErrorException">There is no such folder, or it is a folder itself.</exception>
    public static void CheckOut(string path, string name)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException(File.Exists(folder)
                ? $"--out: {folder} is a file, not a folder; name another file"
                : $"--out: there is no folder {folder}; make it, or name another file");
        }

        if (Directory.Exists(path) || path.EndsWith('/'))
        {
            throw new UserErrorException($"--out: {path} is a folder; name a file in it, as {Path.Combine(path, name)}");
        }
    }

    /// <summary>The error to throw: the user's where the place that was named cannot be one, else a failure (<see cref="ExitCodes"/>).</summary>
    /// <param name="subject">What the sentence begins with, as <c>--out: x.html</c>.</param>
    /// <param name="path">What was to be written, as the user named it.</param>
    /// <param name="error">What came of it.</param>
    /// <param name="then">What to do after the remedy.</param>
    public static Exception Of(string subject, string path, Exception error, string? then = null)
    {
        WriteTrouble trouble = WriteTrouble.Of(error, path);
        string text = $"{subject} cannot be written: {trouble.Text}{(then is null ? "" : $", then {then}")}";
        return trouble.IsMistake ? new UserErrorException(text, error) : new RunFailedException(text, error);
    }
}
