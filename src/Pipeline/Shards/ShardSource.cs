using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>
/// Samples of a pack: the source's, in its order, under its labels and paths. Locally their bytes are used where the system maps
/// them; every sample's checksum is compared whenever it is read, so that damage costs that sample alone.
/// </summary>
public sealed class ShardSource : ISampleSource
{
    private readonly IShardBytes[] _files;
    private readonly IndexedTables? _tables;
    private readonly ReadMeter _meter = new();

    private ShardSource(string name, ShardIndex index, IShardBytes[] files, IndexedTables? tables)
    {
        Name = name;
        Index = index;
        _files = files;
        _tables = tables;
        Array.ForEach(files, file => file.Meter = _meter);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Count => Index.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => Index.Header.ClassNames;

    /// <inheritdoc/>
    public int Readers => _files.Length == 0 ? 2 : _files[0].Readers;

    /// <inheritdoc/>
    public bool CanPrefetch => _files.Length > 0 && _files[0].CanPrefetch;

    /// <inheritdoc/>
    public bool CanPrefetchBlocks => _files.Length > 0 && _files[0].CanPrefetchBlocks;

    /// <summary>The index.</summary>
    internal ShardIndex Index { get; }

    /// <summary>Whether there is a pack, finished or not.</summary>
    public static bool Is(string path) => RemoteShards.Is(path) || ShardFolder.Is(path);

    /// <summary>Opens a folder of shards, or its index, which may be an address.</summary>
    /// <exception cref="UserErrorException">It is not finished, damaged, of another version, or a file is missing or truncated.</exception>
    public static ShardSource Open(string path) => Open(RemoteShards.Is(path) ? new RemoteShards(path) : ShardFolder.Find(path));

    /// <summary>Opens a pack.</summary>
    /// <inheritdoc cref="Open(string)"/>
    internal static ShardSource Open(IShardStore store)
    {
        var files = new List<IShardBytes>();
        try
        {
            ShardIndex index = ShardIndexFormat.Read(store.ReadIndex(), store.Name).Whole(store.Name);
            foreach (ref readonly ShardFile file in index.Files.AsSpan())
            {
                files.Add(store.Open(file));
            }

            return new ShardSource(store.Name, index, [.. files], index.Header.ReadTables(store.Name));
        }
        catch (Exception error)
        {
            files.ForEach(file => file.Dispose());
            if (error is IOException or UnauthorizedAccessException)
            {
                throw SourceTrouble.CannotRead(store.Name, error);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public string ContentVersion
    {
        get
        {
            var hash = new XxHash128();
            for (long i = 0; i < Index.Count; i++)
            {
                uint checksum = Index.Number(ShardColumn.Checksum, i);
                hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in checksum)));
            }

            return Convert.ToHexStringLower(hash.GetCurrentHash());
        }
    }

    /// <inheritdoc/>
    public ReadCounts Reads => _meter.Counts;

    /// <inheritdoc/>
    public int LabelOf(long index) => Index.LabelOf(index);

    /// <inheritdoc/>
    public string NameOf(long index) => $"{Name}:{Index.NameOf(index)}";

    /// <inheritdoc/>
    public string PathOf(long index) => Index.NameOf(index);

    /// <inheritdoc/>
    public void Prefetch(long index)
    {
        ShardRow row = Index[index];
        _files[Index.FileOf(index).Number].Prefetch(row.Offset, row.Length);
    }

    /// <inheritdoc/>
    public void PrefetchBlock(long first, long count)
    {
        var ranges = new List<(long, int)>();
        for (long i = first; i < first + count; i++)
        {
            int file = Index.FileOf(i).Number;
            ranges.Add((Index[i].Offset, Index[i].Length));
            if (i + 1 == first + count || Index.FileOf(i + 1).Number != file)
            {
                _files[file].Prefetch(CollectionsMarshal.AsSpan(ranges));
                ranges.Clear();
            }
        }
    }

    /// <inheritdoc/>
    public void Read(long index, EncodedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ShardFile file = Index.FileOf(index);
        ShardRow row = Index[index];
        _files[file.Number].Read(row.Offset, row.Length, sample);
        if (Crc32C.Of(sample.Bytes) != row.Checksum)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture,
                $"{file.Name} is damaged in bytes {row.Offset} to {row.Offset + row.Length - 1}: the checksum is wrong"));
        }

        sample.Kind = row.Kind;
        sample.Width = row.Width;
        sample.Height = row.Height;
        sample.Orientation = row.Orientation;
        sample.Tables = _tables;
    }

    /// <summary>Lets go of the files. What samples have borrowed stays until they give it back, but of
    /// <see cref="PayloadKind.Indexed"/> none may be decoded any more.</summary>
    public void Dispose()
    {
        Array.ForEach(_files, file => file.Dispose());
        _tables?.Dispose();
    }
}
