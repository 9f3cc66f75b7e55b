using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>An entry of a tar: where its bytes lie.</summary>
/// <param name="Name">The path in the archive, with <c>/</c>.</param>
/// <param name="Directory">Whether it is a directory; otherwise it is a file.</param>
/// <param name="Offset">First byte of its content in the archive.</param>
/// <param name="Length">Bytes of its content.</param>
internal readonly record struct TarEntry(string Name, bool Directory, long Offset, long Length);

/// <summary>
/// Walks over the headers of a tar and skips the contents: POSIX ustar and pax, GNU and old archives. System.Formats.Tar
/// reads archives too, but does not say where in the file a content lies, which is all that is wanted here.
/// </summary>
/// <remarks>Formats: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar Format".</remarks>
internal static class TarHeaders
{
    private const int Block = 512;

    /// <summary>Directories and regular files of an archive, in its order. Symbolic links and devices are left out.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="start">Where in the file it begins.</param>
    /// <param name="length">How long it is; none: to the file's end.</param>
    /// <exception cref="UserErrorException">It is no tar, damaged, or truncated.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IEnumerable<TarEntry> Read(ByteFile file, string path, long start = 0, long? length = null)
    {
        long end = start + (length ?? file.Length - start);
        var reader = new Windowed(file, end);
        var header = new byte[Block];
        var overrides = new Overrides();
        for (long position = start; position < end;)
        {
            if (!reader.TryRead(header, position))
            {
                throw new UserErrorException(position == start
                    ? $"{path}: truncated, or no tar archive: it has {Counted.Of(end - start, "byte")}, less than a header; copy or download it again"
                    : $"{path}: truncated: a header begins at byte {position} and the file ends at {end}; copy or download it again");
            }

            if (header.AsSpan().IndexOfAnyExcept((byte)0) < 0)
            {
                yield break;
            }

            CheckSum(header, position, position == start, path);
            char kind = (char)header[156];
            long size = overrides.Size ?? Number(header.AsSpan(124, 12), position, path);
            long content = position + Block;
            string name = overrides.Name ?? NameOf(header);
            if (size < 0 || size > end - content)
            {
                throw new UserErrorException($"{path}: truncated: '{name}' at byte {position} has {Counted.Of(size, "byte")} and only {Math.Max(0, end - content)} are there; copy or download it again");
            }

            position = content + (size + Block - 1) / Block * Block;
            switch (kind)
            {
                case 'x':
                    overrides.ReadPax(Content(file, content, size, path));
                    continue;
                case 'L':
                    overrides.Name = Encoding.UTF8.GetString(Content(file, content, size, path)).TrimEnd('\0');
                    continue;
                case 'g' or 'K':
                    // Neither a global header nor a long link target has anything to do with an image's name or size.
                    continue;
                case '0' or '\0' or '7':
                    // Archives older than POSIX have no kind for directories: their names end in a slash.
                    yield return new TarEntry(name, name.EndsWith('/'), content, size);
                    break;
                case '5':
                    yield return new TarEntry(name, true, content, 0);
                    break;
                case '1' when ImageFiles.IsImage(name):
                    throw new UserErrorException($"{path}: '{name}' is stored as a hard link to another entry, without bytes of its own; make the archive again with --hard-dereference");
                case 'S':
                    throw new UserErrorException($"{path}: '{name}' is stored as a sparse file, which cannot be read in place; make the archive again without --sparse");
            }

            overrides.Clear();
        }

        // POSIX ends an archive with two blocks of zeros. Without the first, nobody knows how many entries are missing.
        throw new UserErrorException($"{path}: truncated: it ends at byte {end} without the blocks of zeros that end an archive; copy or download it again");
    }

    private static byte[] Content(ByteFile file, long offset, long length, string path)
    {
        if (length > 1 << 20)
        {
            throw new UserErrorException($"{path}: damaged: the extended header at byte {offset - Block} claims {length} bytes; copy or download it again");
        }

        var content = new byte[length];
        file.Exactly(content, offset);
        return content;
    }

    private static string NameOf(ReadOnlySpan<byte> header)
    {
        string name = Text(header[..100]);
        // Only POSIX archives ("ustar\0") have a prefix; GNU's ("ustar  ") have other fields there.
        string prefix = header.Slice(257, 6).SequenceEqual("ustar\0"u8) ? Text(header.Slice(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private static void CheckSum(ReadOnlySpan<byte> header, long position, bool first, string path)
    {
        if (header[0] == 0x1f && header[1] == 0x8b || header.StartsWith("\x28\xb5\x2f\xfd"u8) || header.StartsWith("BZh"u8) || header.StartsWith("\xfd7zXZ"u8))
        {
            throw new UserErrorException($"{path}: compressed; samples are read in place, so unpack it to a plain .tar first (gunzip, unzstd, bunzip2 or unxz)");
        }

        int sum = 8 * ' ';
        for (int i = 0; i < Block; i++)
        {
            sum += i is >= 148 and < 156 ? 0 : header[i];
        }

        long said = -1;
        try
        {
            said = Octal(header.Slice(148, 8));
        }
        catch (FormatException)
        {
            // Not even a number: it does not agree either.
        }

        if (sum != said)
        {
            throw new UserErrorException(first
                ? $"{path}: not a tar archive, nor another kind of source; name a folder, an uncompressed tar, a list (.csv, .jsonl), a .parquet file or an IDX image file"
                : $"{path}: damaged: no valid header at byte {position}; copy or download it again");
        }
    }

    private static long Number(ReadOnlySpan<byte> field, long position, string path)
    {
        if ((field[0] & 0x80) != 0)
        {
            // GNU's base-256 for sizes of 8 GiB and more: big-endian, the first bit is the marker.
            return BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
        }

        try
        {
            return Octal(field);
        }
        catch (FormatException error)
        {
            throw new UserErrorException($"{path}: damaged: the size in the header at byte {position} is no number; copy or download it again", error);
        }
    }

    private static long Octal(ReadOnlySpan<byte> field)
    {
        ReadOnlySpan<byte> digits = field.Trim(" \0"u8);
        long value = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                throw new FormatException();
            }

            value = (value << 3) + (digit - '0');
        }

        return value;
    }

    /// <summary>Reads a window at a time: over a network one request brings the headers of several small files.</summary>
    private sealed class Windowed(ByteFile file, long end)
    {
        private readonly byte[] _window = new byte[file.Window];
        private long _start;
        private int _length;

        public bool TryRead(Span<byte> destination, long position)
        {
            if (position < _start || position + destination.Length > _start + _length)
            {
                _start = position;
                _length = file.Read(_window.AsSpan(0, (int)Math.Min(_window.Length, end - position)), position);
            }

            int at = (int)(position - _start);
            if (_length - at < destination.Length)
            {
                return false;
            }

            _window.AsSpan(at, destination.Length).CopyTo(destination);
            return true;
        }
    }

    /// <summary>What an extended header says about the entry that follows.</summary>
    private sealed class Overrides
    {
        public string? Name { get; set; }

        public long? Size { get; private set; }

        public void Clear() => (Name, Size) = (null, null);

        /// <summary>Records are <c>LENGTH KEY=VALUE\n</c>, the length counting itself.</summary>
        public void ReadPax(ReadOnlySpan<byte> records)
        {
            while (!records.IsEmpty)
            {
                int space = records.IndexOf((byte)' ');
                if (space < 0 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                    || length <= space + 1 || length > records.Length)
                {
                    return;
                }

                ReadOnlySpan<byte> record = records[(space + 1)..(length - 1)];
                records = records[length..];
                if (record.StartsWith("path="u8))
                {
                    Name = Encoding.UTF8.GetString(record[5..]);
                }
                else if (record.StartsWith("size="u8) && long.TryParse(record[5..], NumberStyles.None, CultureInfo.InvariantCulture, out long size))
                {
                    Size = size;
                }
            }
        }
    }
}
