using Microsoft.Win32.SafeHandles;
using StreamTrainer.Pipeline.Files.Native;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>Reads at a position without a stream's own position, so that any number of threads may share a handle.</summary>
internal static class PositionalRead
{
    /// <summary>Opens a file for it.</summary>
    public static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);

    /// <summary>Fills <paramref name="destination"/> as far as the file goes.</summary>
    /// <returns>Bytes read: fewer than asked for only at the end of the file.</returns>
    public static int Fill(SafeFileHandle file, Span<byte> destination, long offset)
    {
        int done = 0;
        while (done < destination.Length)
        {
            int read = RandomAccess.Read(file, destination[done..], offset + done);
            if (read == 0)
            {
                break;
            }

            done += read;
        }

        return done;
    }

    /// <summary>Has the system begin to read a range into memory, and does not wait for it; nothing where it cannot. Linux only.</summary>
    public static void Ahead(SafeFileHandle file, long offset, long bytes)
    {
        bool held = false;
        try
        {
            file.DangerousAddRef(ref held);
            _ = LibC.FileAdvise((int)file.DangerousGetHandle(), offset, bytes, LibC.WillNeed);
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
    }

    /// <summary>Reads a whole image file.</summary>
    /// <exception cref="IOException">It cannot be read, or is too large.</exception>
    public static void Whole(SafeFileHandle file, EncodedSample sample)
    {
        long length = RandomAccess.GetLength(file);
        if (length > Array.MaxLength)
        {
            throw new IOException($"{length} bytes are too many for an image");
        }

        sample.Kind = PayloadKind.Encoded;
        Exactly(file, sample.Reserve((int)length), 0);
    }

    /// <summary>Fills <paramref name="destination"/> wholly.</summary>
    /// <exception cref="IOException">The file ends before that.</exception>
    public static void Exactly(SafeFileHandle file, Span<byte> destination, long offset)
    {
        int read = Fill(file, destination, offset);
        if (read < destination.Length)
        {
            throw new EndOfStreamException($"the file ends {Counted.Of(destination.Length - read, "byte")} too early: it has become shorter since it was indexed");
        }
    }
}
