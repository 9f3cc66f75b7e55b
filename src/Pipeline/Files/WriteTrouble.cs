namespace StreamTrainer.Pipeline.Files;

/// <summary>Why a file or a folder could not be written, in words for people: what .NET says of it names temporary files, and advises
/// nothing.</summary>
/// <param name="Reason">What is wrong.</param>
/// <param name="Remedy">What mends it, as <c>make room</c>.</param>
/// <param name="IsMistake">Whether the place that was named cannot be written at all: another one, or other rights, mend it. Else the
/// disk is full, or fails.</param>
public sealed record WriteTrouble(string Reason, string Remedy, bool IsMistake)
{
    private const int WindowsDiskFull = 0x70, WindowsHandleDiskFull = 0x27;

    /// <summary>What is wrong and what to do, as half a sentence.</summary>
    public string Text => $"{Reason}; {Remedy}";

    /// <summary>Whether an exception is one that writing throws; to be asked of nothing but writing.</summary>
    /// <remarks>.NET says ArgumentOutOfRange where a file may not grow any more (EFBIG).</remarks>
    public static bool Is(Exception error) => error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException;

    /// <summary>Finds out why, by the exception and by what there is on the disk.</summary>
    /// <param name="error">One of those that <see cref="Is"/> knows.</param>
    /// <param name="path">What was to be written, as the user named it: a file, or a folder with what comes into it.</param>
    public static WriteTrouble Of(Exception error, string path)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(path);
        if (IsFull(error))
        {
            return new WriteTrouble("the disk is full", "make room", IsMistake: false);
        }

        if (error is ArgumentOutOfRangeException or { InnerException: ArgumentOutOfRangeException })
        {
            return new WriteTrouble("a file may not become as large as it has to (ulimit -f, or the file system's limit)", "raise the limit", IsMistake: false);
        }

        string? parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path));
        return FileAbove(parent) is { } file ? new($"{file} is a file, not a folder", "name another place", IsMistake: true)
            : error switch
            {
                UnauthorizedAccessException => new("permission denied", "make it writable, or name another place", IsMistake: true),
                PathTooLongException => new("the name is too long", "name another place", IsMistake: true),
                IOException when IsReadOnly(error) => new("the disk is read-only", "name another place", IsMistake: true),
                DirectoryNotFoundException or FileNotFoundException => string.IsNullOrEmpty(parent) || Directory.Exists(parent)
                    ? new("nothing can be made there", "name another place", IsMistake: true)
                    : new($"there is no folder {parent}", "make it, or name another place", IsMistake: true),
                _ => new(error.Message.Trim().TrimEnd('.'), "look at the disk, or name another place", IsMistake: false),
            };
    }

    /// <summary>A file that stands where a folder is needed: in the way of <c>a/b/c</c> may be <c>a</c>.</summary>
    private static string? FileAbove(string? folder)
    {
        for (; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(folder))
            {
                return folder;
            }
        }

        return null;
    }

    // ENOSPC, and EDQUOT of Linux and of macOS: .NET has errno in HResult; of Windows its lower half counts.
    private static bool IsFull(Exception error) => OperatingSystem.IsWindows()
        ? (error.HResult & 0xffff) is WindowsDiskFull or WindowsHandleDiskFull
        : error.HResult is 28 || error.HResult == (OperatingSystem.IsMacOS() ? 69 : 122);

    // EROFS, and Windows' ERROR_WRITE_PROTECT.
    private static bool IsReadOnly(Exception error) => OperatingSystem.IsWindows() ? (error.HResult & 0xffff) == 19 : error.HResult == 30;
}
