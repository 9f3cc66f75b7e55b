using System.Buffers;
using System.Globalization;
using MessagePack;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>
/// The index on disk (docs/shards.md): MessagePack, an array of a name, the version, the CRC-32C of the body, and the body as bin:
/// a map by key, in which the columns are bins of little-endian numbers. Keys that a reader does not know are skipped.
/// </summary>
internal static class ShardIndexFormat
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int Version = 1;

    private const string Magic = "streamtrainer shards";
    private const int DeepestNesting = 16, IdentitySize = 16;

    /// <summary>An index in bytes.</summary>
    public static byte[] Write(ShardHeader header, IReadOnlyList<ShardFile> files, ShardColumns columns)
    {
        var body = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(body);
        writer.WriteMapHeader(8 + ShardColumn.All.Count);
        writer.Write("options");
        Write(ref writer, header.Options);
        writer.Write("classes");
        writer.WriteArrayHeader(header.ClassNames.Count);
        foreach (string name in header.ClassNames)
        {
            writer.Write(name);
        }

        writer.Write("sourceCount");
        writer.Write(header.SourceCount);
        writer.Write("identity");
        writer.Write(header.Identity.Span);
        writer.Write("tables");
        writer.Write(header.Tables.Span);
        writer.Write("files");
        writer.WriteArrayHeader(files.Count);
        foreach (ShardFile file in files)
        {
            writer.WriteArrayHeader(4);
            writer.Write(file.Number);
            writer.Write(file.Length);
            writer.Write(file.First);
            writer.Write(file.Count);
        }

        writer.Write("samples");
        writer.Write(columns.Count);
        foreach (ShardColumn column in ShardColumn.All)
        {
            writer.Write(column.Name);
            writer.Write(columns[column]);
        }

        writer.Write("names");
        writer.Write(columns.Names.Bytes);
        writer.Flush();

        var whole = new ArrayBufferWriter<byte>(body.WrittenCount + 64);
        writer = new MessagePackWriter(whole);
        writer.WriteArrayHeader(4);
        writer.Write(Magic);
        writer.Write(Version);
        writer.WriteUInt32(Crc32C.Of(body.WrittenSpan));
        writer.Write(body.WrittenSpan);
        writer.Flush();
        return whole.WrittenSpan.ToArray();
    }

    /// <summary>Reads and checks an index.</summary>
    /// <param name="bytes">The file; kept.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="UserErrorException">It is another file, of another version, or damaged.</exception>
    public static ShardIndex Read(byte[] bytes, string path)
    {
        try
        {
            var reader = new MessagePackReader(bytes);
            if (!IsNamed(ref reader))
            {
                throw new UserErrorException($"{path}: not an index of shards, or its beginning is damaged");
            }

            int version = reader.ReadInt32();
            if (version != Version)
            {
                throw new UserErrorException(string.Create(CultureInfo.InvariantCulture,
                    $"{path}: an index of version {version}; this program knows version {Version}"));
            }

            uint checksum = reader.ReadUInt32();
            (int start, int length) = Bin(ref reader);
            if (!reader.End || Crc32C.Of(bytes.AsSpan(start, length)) != checksum)
            {
                throw Damaged(path, "its checksum is wrong");
            }

            return new BodyReader(bytes, path).Read(start, length);
        }
        catch (Exception error) when (error is MessagePackSerializationException or EndOfStreamException or OverflowException or InvalidOperationException or ArgumentException)
        {
            throw Damaged(path, error.InnerException?.Message ?? error.Message);
        }
    }

    private static UserErrorException Damaged(string path, string what) =>
        new($"{path}: the index is damaged: {what}; fetch it again, or pack anew");

    private static bool IsNamed(ref MessagePackReader reader) =>
        !reader.End && reader.NextMessagePackType == MessagePackType.Array && reader.ReadArrayHeader() == 4
        && reader.NextMessagePackType == MessagePackType.String && reader.ReadString() == Magic;

    private static (int Start, int Length) Bin(ref MessagePackReader reader)
    {
        ReadOnlySequence<byte> content = reader.ReadBytes() ?? throw new MessagePackSerializationException("bytes are missing");
        int length = checked((int)content.Length);
        return (checked((int)reader.Consumed) - length, length);
    }

    private static void Write(ref MessagePackWriter writer, PackOptions options)
    {
        writer.WriteMapHeader(4);
        writer.Write("payload");
        writer.Write(ShardText.Of(options.Payload));
        writer.Write("shardSize");
        writer.Write(options.ShardSize);
        writer.Write("maxSide");
        Write(ref writer, options.MaxSide);
        writer.Write("quality");
        Write(ref writer, options.Quality);
    }

    private static void Write(ref MessagePackWriter writer, int? number)
    {
        if (number is { } value)
        {
            writer.Write(value);
        }
        else
        {
            writer.WriteNil();
        }
    }

    /// <summary>Reads the body, whose checksum holds: what is wrong in it was written so.</summary>
    private sealed class BodyReader(byte[] bytes, string path)
    {
        private readonly (int Start, int Length)?[] _columns = new (int, int)?[ShardColumn.All.Count];
        private (int Start, int Length) _names, _tables;
        private PackOptions? _options;
        private string[]? _classes;
        private byte[]? _identity;
        private ShardFile[]? _files;
        private int _count = -1, _sourceCount = -1;

        public ShardIndex Read(int start, int length)
        {
            var reader = new MessagePackReader(bytes.AsMemory(start, length));
            int keys = reader.ReadMapHeader();
            for (int i = 0; i < keys; i++)
            {
                ReadKey(ref reader, start);
            }

            Check(reader.End, "it has a tail");
            return Checked();
        }

        private void ReadKey(ref MessagePackReader reader, int start)
        {
            string key = reader.ReadString() ?? "";
            switch (key)
            {
                case "options": _options = Options(ref reader); break;
                case "classes": _classes = Strings(ref reader); break;
                case "sourceCount": _sourceCount = reader.ReadInt32(); break;
                case "samples": _count = reader.ReadInt32(); break;
                case "files": _files = Files(ref reader); break;
                case "tables": _tables = Inside(ref reader, start); break;
                case "names": _names = Inside(ref reader, start); break;
                case "identity":
                    (int begin, int size) = Inside(ref reader, start);
                    _identity = bytes.AsSpan(begin, size).ToArray();
                    break;
                default:
                    if (ShardColumn.All.FirstOrDefault(column => column.Name == key) is { } found)
                    {
                        _columns[found.Place] = Inside(ref reader, start);
                    }
                    else
                    {
                        Skip(ref reader, DeepestNesting);
                    }

                    break;
            }
        }

        private ShardIndex Checked()
        {
            Check(_options is not null && _classes is not null && _files is not null && _identity is { Length: IdentitySize } && _count >= 0 && _sourceCount >= 0, "a key is missing");
            foreach (ShardColumn column in ShardColumn.All)
            {
                Check(_columns[column.Place] is { } place && place.Length == (long)column.Width * _count, $"column '{column.Name}' is not {_count} numbers");
            }

            var header = new ShardHeader
            {
                Options = _options!,
                ClassNames = _classes!,
                SourceCount = _sourceCount,
                Identity = _identity!,
                Tables = bytes.AsMemory(_tables.Start, _tables.Length),
            };
            var index = new ShardIndex(header, _files!, _count, bytes, [.. _columns.Select(column => column!.Value.Start)], _names.Start);
            CheckFiles(index);
            CheckRows(index);
            return index;
        }

        private void CheckFiles(ShardIndex index)
        {
            long next = index.Files.Length == 0 ? 0 : index.Files[0].First;
            // The index of a single file, of a pack under way, begins anywhere.
            int number = index.Files.Length == 0 ? 0 : index.Files[0].Number;
            Check(index.Files.Length <= 1 || number == 0, "its files begin with another than the first");
            long first = next;
            foreach (ShardFile file in index.Files)
            {
                Check(file.Number == number++ && file.First == next && file.Count > 0 && file.Length >= ShardLayout.HeaderSize + ShardLayout.TrailerSize, "its files do not follow one another");
                next += file.Count;
            }

            Check(next - first == index.Count, "its files do not hold its samples");
        }

        private void CheckRows(ShardIndex index)
        {
            long place = 0;
            uint name = 0;
            int classes = index.Header.ClassNames.Count;
            foreach (ShardFile file in index.Files)
            {
                long at = ShardLayout.HeaderSize, end = file.Length - ShardLayout.TrailerSize;
                for (int i = 0; i < file.Count; i++, place++)
                {
                    long offset = index.OffsetOf(place);
                    uint length = index.Number(ShardColumn.Length, place), nameEnd = index.Number(ShardColumn.NameEnd, place);
                    Check(offset == at && length <= (ulong)Math.Max(0, end - offset), place, "does not lie in its file");
                    Check(length <= Array.MaxLength - EncodedSample.Slack && index.Number(ShardColumn.Head, place) <= length
                        && index.Number(ShardColumn.SourceLength, place) <= Array.MaxLength
                        && index.Number(ShardColumn.Across, place) <= int.MaxValue && index.Number(ShardColumn.Down, place) <= int.MaxValue, place, "has an impossible size");
                    Check(index.Number(ShardColumn.Label, place) < (uint)classes, place, "has no class");
                    Check(Enum.IsDefined((PayloadKind)index.Small(ShardColumn.Kind, place)), place, "is of an unknown kind");
                    Check(index.Small(ShardColumn.Orientation, place) is >= 1 and <= 8, place, "has no orientation");
                    Check(nameEnd >= name && nameEnd <= (uint)_names.Length, place, "has no name");
                    at = ShardLayout.Aligned(offset + length);
                    name = nameEnd;
                }

                Check(at == end, "a file has gaps");
            }

            Check(name == _names.Length, "its names have a tail");
        }

        private PackOptions Options(ref MessagePackReader reader)
        {
            var options = new PackOptions();
            int keys = reader.ReadMapHeader();
            for (int i = 0; i < keys; i++)
            {
                switch (reader.ReadString())
                {
                    case "payload": options = options with { Payload = ShardText.Payload(reader.ReadString() ?? "") ?? throw Damaged(path, "its payload is of an unknown kind") }; break;
                    case "shardSize": options = options with { ShardSize = reader.ReadInt64() }; break;
                    case "maxSide": options = options with { MaxSide = Number(ref reader) }; break;
                    case "quality": options = options with { Quality = Number(ref reader) }; break;
                    default: Skip(ref reader, DeepestNesting); break;
                }
            }

            return options;
        }

        private static int? Number(ref MessagePackReader reader) => reader.TryReadNil() ? null : reader.ReadInt32();

        // Array headers claim no more items than bytes are left: nothing large is made of a small file.
        private static string[] Strings(ref MessagePackReader reader)
        {
            var result = new string[reader.ReadArrayHeader()];
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = reader.ReadString() ?? "";
            }

            return result;
        }

        private ShardFile[] Files(ref MessagePackReader reader)
        {
            var result = new ShardFile[reader.ReadArrayHeader()];
            for (int i = 0; i < result.Length; i++)
            {
                Check(reader.ReadArrayHeader() == 4, "a file has not four numbers");
                result[i] = new ShardFile(reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt32());
            }

            return result;
        }

        private static (int Start, int Length) Inside(ref MessagePackReader reader, int start)
        {
            (int begin, int length) = Bin(ref reader);
            return (start + begin, length);
        }

        private static void Skip(ref MessagePackReader reader, int depth)
        {
            if (depth == 0)
            {
                throw new MessagePackSerializationException("it is nested too deep");
            }

            switch (reader.NextMessagePackType)
            {
                case MessagePackType.Array:
                    for (int left = reader.ReadArrayHeader(); left > 0; left--)
                    {
                        Skip(ref reader, depth - 1);
                    }

                    break;
                case MessagePackType.Map:
                    for (long left = 2L * reader.ReadMapHeader(); left > 0; left--)
                    {
                        Skip(ref reader, depth - 1);
                    }

                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        private void Check(bool right, string what)
        {
            if (!right)
            {
                throw Damaged(path, what);
            }
        }

        private void Check(bool right, long sample, string what)
        {
            if (!right)
            {
                throw Damaged(path, string.Create(CultureInfo.InvariantCulture, $"sample {sample} {what}"));
            }
        }
    }
}
