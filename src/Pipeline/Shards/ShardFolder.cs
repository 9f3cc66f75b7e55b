using System.Globalization;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>A pack in a folder.</summary>
internal sealed class ShardFolder(string path) : IShardStore
{
    /// <summary>The index of a finished pack, and that of one under way, which has no samples yet.</summary>
    public const string IndexName = "index.msgpack", StateName = "packing.msgpack";

    /// <summary>Held by the process that packs into a folder; the first that is there of a pack, and alone in it while the source is
    /// looked at.</summary>
    public const string LockName = "packing.lock";

    /// <inheritdoc/>
    public string Name => path;

    /// <summary>Whether a folder holds a pack, finished or not, or a path is the index of one.</summary>
    public static bool Is(string path) =>
        Directory.Exists(path)
            ? File.Exists(Path.Combine(path, IndexName)) || IsUnfinished(path)
            : Path.GetFileName(path) == IndexName && File.Exists(path);

    /// <summary>The folder of a pack, named by itself or by its index.</summary>
    /// <exception cref="UserErrorException">There is none, or it is not finished.</exception>
    public static ShardFolder Find(string path)
    {
        string folder = File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;
        if (!File.Exists(Path.Combine(folder, IndexName)))
        {
            throw new UserErrorException(IsUnfinished(folder)
                ? $"{path}: packing is not finished; run the same pack command again, which goes on"
                : $"{path}: holds no shards (no {IndexName})");
        }

        return new ShardFolder(folder);
    }

    /// <inheritdoc/>
    public byte[] ReadIndex() => File.ReadAllBytes(Path.Combine(path, IndexName));

    /// <inheritdoc/>
    public IShardBytes Open(in ShardFile file)
    {
        string name = Path.Combine(path, file.Name);
        var info = new FileInfo(name);
        if (!info.Exists)
        {
            throw new UserErrorException($"{name}: missing; the index needs it: fetch it again, or pack anew");
        }

        if (info.Length != file.Length)
        {
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture,
                $"{name}: has {Counted.Of(info.Length, "byte")}, and {file.Length} by the index: it is {(info.Length < file.Length ? "truncated" : "another file")}; fetch it again, or pack anew"));
        }

        MappedFile mapped = MappedFile.Open(name);
        if (mapped.Length != file.Length)
        {
            mapped.Dispose();
            throw new UserErrorException($"{name}: has changed while it was opened");
        }

        return new MappedShard(mapped);
    }

    private static bool IsUnfinished(string folder) =>
        File.Exists(Path.Combine(folder, StateName)) || File.Exists(Path.Combine(folder, LockName));
}
