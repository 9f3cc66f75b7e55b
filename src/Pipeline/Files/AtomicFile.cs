namespace StreamTrainer.Pipeline.Files;

/// <summary>Files that are there whole or not at all: written to a temporary name beside, flushed to the disk, renamed.</summary>
public static class AtomicFile
{
    /// <summary>Puts <paramref name="content"/> in <paramref name="path"/>.</summary>
    /// <exception cref="IOException">The disk is full or the like; the file that stood there still stands.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string temporary = Temporary(path);
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            Commit(temporary, path);
        }
        catch
        {
            Discard(temporary);
            throw;
        }
    }

    /// <summary>Lets <paramref name="write"/> write the content of <paramref name="path"/> to a stream.</summary>
    /// <inheritdoc cref="Write(string, ReadOnlySpan{byte})"/>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string temporary = Temporary(path);
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            Commit(temporary, path);
        }
        catch
        {
            Discard(temporary);
            throw;
        }
    }

    // Not the process's id: in containers that share a volume every process is number 1.
    private static string Temporary(string path) => $"{path}.{Path.GetRandomFileName()}.unfinished";

    private static void Commit(string temporary, string path)
    {
        File.Move(temporary, path, overwrite: true);
        Durable.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The error that led here is the one to tell.
        }
    }
}
