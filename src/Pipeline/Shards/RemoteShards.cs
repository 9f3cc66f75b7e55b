using System.Globalization;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Sources.Remote;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>A pack behind HTTP or in an object store, named by its index (<c>s3://bucket/pack/index.msgpack</c>); its payload files
/// lie beside it and are read by ranges.</summary>
internal sealed class RemoteShards(string location) : IShardStore
{
    /// <inheritdoc/>
    public string Name => location;

    /// <summary>Whether a location is the address of a pack's index.</summary>
    public static bool Is(string location) =>
        RemoteFiles.IsRemote(location) && location.EndsWith("/" + ShardFolder.IndexName, StringComparison.Ordinal);

    /// <inheritdoc/>
    public byte[] ReadIndex()
    {
        using ByteFile file = ByteFile.Open(location);
        var index = new byte[file.Length];
        file.Exactly(index, 0);
        return index;
    }

    /// <inheritdoc/>
    public IShardBytes Open(in ShardFile file)
    {
        string name = location[..^ShardFolder.IndexName.Length] + file.Name;
        ByteFile bytes = ByteFile.Open(name);
        if (bytes.Length != file.Length)
        {
            long length = bytes.Length;
            bytes.Dispose();
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture,
                $"{name}: has {Counted.Of(length, "byte")}, and {file.Length} by the index: it is another file; upload it again, or pack anew"));
        }

        return new Ranges(bytes);
    }

    private sealed class Ranges(ByteFile file) : IShardBytes
    {
        public int Readers => file.Readers;

        public ReadMeter Meter
        {
            set => file.Meter = value;
        }

        public bool CanPrefetch => file.CanPrefetch;

        public void Read(long offset, int length, EncodedSample sample) => file.Exactly(sample.Reserve(length), offset);

        public void Prefetch(long offset, int length) => file.Prefetch(offset, length);

        public void Prefetch(ReadOnlySpan<(long Offset, int Length)> ranges) => file.Prefetch(ranges);

        public void Dispose() => file.Dispose();
    }
}
