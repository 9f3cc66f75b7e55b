using System.Buffers;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Hub;

/// <summary>Fetches one content into a file: gone on with where the line breaks, now or by an earlier run; its checksum verified
/// before it gets its name.</summary>
/// <param name="get">Asks for the content from a byte on.</param>
/// <param name="what">What it is, for messages.</param>
internal sealed class HubDownload(Func<Uri, long, HttpResponseMessage> get, string what)
{
    private const int Tries = 5, BufferSize = 1 << 18;

    /// <summary>Fetches it.</summary>
    /// <param name="head">What is known of it.</param>
    /// <param name="target">The file; it is there whole or not at all.</param>
    /// <exception cref="HttpRequestException">The server cannot be reached, or says no.</exception>
    /// <exception cref="UserErrorException">What came is not what was announced.</exception>
    public void Run(HubHead head, string target)
    {
        string partial = target + ".incomplete";
        using (FileStream file = Open(partial))
        {
            for (int left = Tries; !Continue(head, file, last: left == 1); left--)
            {
            }

            Verify(head, file, partial);
            file.Flush(flushToDisk: true);
        }

        File.Move(partial, target, overwrite: true);
    }

    /// <summary>Two processes must not write one file.</summary>
    private FileStream Open(string partial)
    {
        try
        {
            return new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new UserErrorException($"{what}: {partial} is being written by another process; wait for it, or delete the file: {error.Message}", error);
        }
    }

    /// <summary>Takes what comes until it ends.</summary>
    /// <returns>Whether it is whole; otherwise the line broke.</returns>
    private bool Continue(HubHead head, FileStream file, bool last)
    {
        if (head.Size is { } whole && file.Length == whole)
        {
            return true;
        }

        if (head.Size is null || file.Length > head.Size)
        {
            file.SetLength(0);
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using HttpResponseMessage answer = get(head.Address, file.Length);
            bool goesOn = answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From == file.Length;
            if (!goesOn)
            {
                answer.EnsureSuccessStatusCode();
                file.SetLength(0);
            }

            file.Seek(0, SeekOrigin.End);
            using Stream body = answer.Content.ReadAsStream();
            for (int count; (count = body.Read(buffer)) > 0;)
            {
                file.Write(buffer, 0, count);
            }

            return head.Size is null || file.Length >= head.Size || (last ? throw new HttpRequestException($"it ended after {file.Length} of {head.Size} bytes") : false);
        }
        catch (Exception error) when (error is HttpRequestException { StatusCode: null } or HttpIOException && !last)
        {
            // The line broke: again, from where it broke.
            return false;
        }
        catch (HttpIOException error)
        {
            throw new HttpRequestException(error.Message, error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Verify(HubHead head, FileStream file, string partial)
    {
        file.Position = 0;
        const int Sha256Digits = 64, GitDigits = 40;
        string? found = head.Etag.Length switch
        {
            Sha256Digits => Convert.ToHexStringLower(SHA256.HashData(file)),
            GitDigits => GitHash(file),
            _ => null,
        };
        if ((head.Size is { } size && file.Length != size) || (found is not null && !string.Equals(found, head.Etag, StringComparison.OrdinalIgnoreCase)))
        {
            file.Dispose();
            File.Delete(partial);
            throw new UserErrorException($"{what}: what was downloaded has the checksum {found ?? "(none)"} and not {head.Etag}; it was deleted, try again");
        }
    }

    /// <summary>git's name of a content: SHA-1 of "blob", its length and itself. No secret is kept by it.</summary>
    private static string GitHash(FileStream file)
    {
#pragma warning disable CA5350 // What the server has is a SHA-1.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {file.Length}\0")));
        var buffer = new byte[BufferSize];
        for (int count; (count = file.Read(buffer)) > 0;)
        {
            hash.AppendData(buffer, 0, count);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
