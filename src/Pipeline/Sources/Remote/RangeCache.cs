using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Microsoft.Win32.SafeHandles;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Pipeline.Sources.Remote;

/// <summary>
/// Ranges of remote files on the local disk: bounded, the longest unused go first, checked when read, shared by all processes
/// that name the same folder. Each range is a file of its own, written under a temporary name and renamed, so a killed process
/// leaves nothing half; what a power cut leaves half fails its checksum and is fetched again. Ranges are spread over
/// <see cref="Buckets"/> folders by their hash, and each folder holds its share of the limit: so the bound costs a look at a
/// few hundred files now and then, not at all of them.
/// </summary>
internal sealed class RangeCache
{
    /// <summary>The environment variable with the cache's limit; <c>0</c>: no cache.</summary>
    public const string Variable = "STREAMTRAINER_CACHE_SIZE";

    private const int Buckets = 256, HeaderLength = 40;
    private const long DefaultLimit = 64L << 30;

    /// <summary>A use within this time of the last is not noted: a note is a write.</summary>
    private static readonly TimeSpan s_noted = TimeSpan.FromMinutes(1);

    private static readonly Lazy<RangeCache?> s_shared = new(OpenShared);
    private static ReadOnlySpan<byte> Magic => "STRC\x01\0\0\0"u8;

    private readonly string _folder;
    private readonly long _share;
    private readonly Bucket[] _buckets = [.. Enumerable.Range(0, Buckets).Select(_ => new Bucket())];

    /// <summary>A cache.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="limit">Bytes of all that is kept.</param>
    public RangeCache(string folder, long limit)
    {
        _folder = folder;
        _share = limit / Buckets;
    }

    /// <summary>This machine's cache; null where it is switched off or the disk has no room.</summary>
    public static RangeCache? Shared => s_shared.Value;

    /// <summary>What a range is known by.</summary>
    public static UInt128 KeyOf(string name, string version, long offset, int length) =>
        XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}\n{version}\n{offset}\n{length}")));

    /// <summary>Whether a range is there; it may still prove damaged.</summary>
    public bool Contains(UInt128 key) => File.Exists(PathOf(key));

    /// <summary>Reads a range.</summary>
    /// <returns>False where it is not there or is damaged; then <paramref name="destination"/> is undefined.</returns>
    public bool TryRead(UInt128 key, Span<byte> destination)
    {
        string path = PathOf(key);
        try
        {
            Span<byte> header = stackalloc byte[HeaderLength];
            using (SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            {
                if (RandomAccess.GetLength(file) == HeaderLength + destination.Length
                    && PositionalRead.Fill(file, header, 0) == HeaderLength
                    && PositionalRead.Fill(file, destination, HeaderLength) == destination.Length
                    && header.SequenceEqual(HeaderOf(key, destination, stackalloc byte[HeaderLength])))
                {
                    Note(path);
                    return true;
                }
            }

            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // As good as not there: mostly it is not.
        }

        return false;
    }

    /// <summary>Keeps a range, where there is room; a full or broken disk only costs the next read its speed.</summary>
    public void Write(UInt128 key, ReadOnlySpan<byte> content)
    {
        long length = HeaderLength + content.Length;
        if (length > _share / 2)
        {
            return;
        }

        string path = PathOf(key), temporary = $"{path}.{Path.GetRandomFileName()}{AtomicSuffix}";
        try
        {
            string folder = Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(folder);
            MakeRoom(_buckets[(int)(key & (Buckets - 1))], folder, length);
            using (SafeFileHandle file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                RandomAccess.Write(file, HeaderOf(key, content, stackalloc byte[HeaderLength]), 0);
                RandomAccess.Write(file, content, HeaderLength);
            }

            // Not flushed: a torn file fails its checksum, and waiting for the disk would cost more than fetching it again.
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Delete(temporary);
        }
    }

    private const string AtomicSuffix = ".unfinished";

    private static RangeCache? OpenShared()
    {
        long limit = DefaultLimit;
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text)
        {
            limit = ByteSize.TryParse(text, out ByteSize size)
                ? size.Bytes
                : throw new UserErrorException($"{Variable}: '{text}' is no size; write it as 200GiB, or 0 for no cache");
        }
        else
        {
            try
            {
                Directory.CreateDirectory(DataCache.Root);
                limit = Math.Min(limit, new DriveInfo(DataCache.Root).AvailableFreeSpace / 2);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
            {
                return null;
            }
        }

        return limit < Buckets ? null : new RangeCache(Path.Combine(DataCache.Root, "ranges"), limit);
    }

    private string PathOf(UInt128 key) =>
        Path.Combine(_folder, ((int)(key & (Buckets - 1))).ToString("x2", CultureInfo.InvariantCulture), key.ToString("x32", CultureInfo.InvariantCulture));

    /// <summary>Version, key, length, checksum of the content.</summary>
    private static ReadOnlySpan<byte> HeaderOf(UInt128 key, ReadOnlySpan<byte> content, Span<byte> header)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt128LittleEndian(header[8..], key);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], content.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], XxHash3.HashToUInt64(content));
        return header;
    }

    private static void Note(string path)
    {
        DateTime now = DateTime.UtcNow;
        if (now - File.GetLastWriteTimeUtc(path) > s_noted)
        {
            File.SetLastWriteTimeUtc(path, now);
        }
    }

    /// <summary>Looks at a bucket's files where they may be too many, and deletes the longest unused.</summary>
    private void MakeRoom(Bucket bucket, string folder, long length)
    {
        lock (bucket)
        {
            // Others write here too, so what this process knows grows old.
            if (bucket.Looked && bucket.Bytes + length <= _share && bucket.WritesUntilLook-- > 0)
            {
                bucket.Bytes += length;
                return;
            }

            FileInfo[] files = [.. new DirectoryInfo(folder).EnumerateFiles()];
            long bytes = files.Sum(file => file.Length);
            if (bytes + length > _share)
            {
                // A little more than needed, so that not every write has to look.
                long wanted = _share - length - _share / 16;
                foreach (FileInfo file in files.OrderBy(file => file.LastWriteTimeUtc))
                {
                    if (bytes <= wanted)
                    {
                        break;
                    }

                    Delete(file.FullName);
                    bytes -= file.Length;
                }
            }

            bucket.Looked = true;
            bucket.Bytes = bytes + length;
            bucket.WritesUntilLook = Math.Max(8, files.Length / 16);
        }
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another process was faster, or it cannot be helped.
        }
    }

    private sealed class Bucket
    {
        public bool Looked { get; set; }

        public long Bytes { get; set; }

        public int WritesUntilLook { get; set; }
    }
}
