using System.Text.RegularExpressions;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>
/// The folder that is packed into, and what an earlier process left in it. Its files come in this order: <c>packing.msgpack</c>
/// (whose shards these are, how they are made), then of each payload file <c>shard-NNNNN.bin</c> and <c>.part</c>, then
/// <c>index.msgpack</c>; then the parts and the first go. So at any moment it holds nothing of ours, or what can be gone on with,
/// or all. One process at a time.
/// </summary>
internal sealed partial class PackFolder : IDisposable
{
    /// <summary>What the rows of a payload file are called until there is an index, and what is not yet whole.</summary>
    public const string PartExtension = ".part", UnfinishedExtension = ".unfinished";

    private readonly FileStream _lock;
    private readonly bool _made;

    private PackFolder(string path, FileStream held, bool made)
    {
        Path = path;
        _lock = held;
        _made = made;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Where the index goes.</summary>
    public string IndexPath => System.IO.Path.Combine(Path, ShardFolder.IndexName);

    private string StatePath => System.IO.Path.Combine(Path, ShardFolder.StateName);

    /// <summary>Makes the folder, or takes one that is empty or an earlier process's.</summary>
    /// <exception cref="UserErrorException">It holds something else, or another process is packing into it.</exception>
    public static PackFolder Take(string path)
    {
        if (File.Exists(path))
        {
            throw new UserErrorException($"{path}: is a file; name a new or an empty folder to pack into");
        }

        bool state = File.Exists(System.IO.Path.Combine(path, ShardFolder.StateName)) || File.Exists(System.IO.Path.Combine(path, ShardFolder.IndexName));
        if (Directory.Exists(path))
        {
            foreach (string entry in Directory.EnumerateFileSystemEntries(path))
            {
                string name = System.IO.Path.GetFileName(entry);
                // Without what says whose they are, only what was never finished may be ours.
                if (Directory.Exists(entry) || !(state ? Ours() : Unfinished()).IsMatch(name))
                {
                    throw new UserErrorException($"{path}: holds '{name}', which is no part of a pack; name a new or an empty folder to pack into");
                }
            }
        }

        bool made = !Directory.Exists(path);
        Directory.CreateDirectory(path);
        string held = System.IO.Path.Combine(path, ShardFolder.LockName);
        try
        {
            return new PackFolder(path, new FileStream(held, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1), made);
        }
        catch (IOException error) when (File.Exists(held))
        {
            throw new UserErrorException($"{path}: another process is packing into it; wait for it, or stop it", error);
        }
    }

    /// <summary>The finished index; null where there is none.</summary>
    /// <exception cref="UserErrorException">It is damaged.</exception>
    public ShardIndex? ReadIndex() => Read(IndexPath)?.Whole(IndexPath);

    /// <summary>What an earlier process began with; null where none did.</summary>
    /// <exception cref="UserErrorException">It is damaged.</exception>
    public ShardHeader? ReadState() => Read(StatePath)?.Header;

    /// <summary>Says whose shards will be here.</summary>
    public void WriteState(ShardHeader header) => AtomicFile.Write(StatePath, ShardIndexFormat.Write(header, [], new ShardColumns()));

    /// <summary>The payload files that are there with their rows, from the first on without a gap; everything after is deleted.</summary>
    public (List<ShardFile> Files, ShardColumns Rows) Resume(ShardHeader header)
    {
        var files = new List<ShardFile>();
        var rows = new ShardColumns();
        var keep = new HashSet<string>(StringComparer.Ordinal) { ShardFolder.StateName, ShardFolder.LockName };
        while (Part(header, files.Count, rows.Count) is { } part)
        {
            rows.Add(part);
            files.Add(part.Files[0]);
            keep.Add(part.Files[0].Name);
            keep.Add(System.IO.Path.ChangeExtension(part.Files[0].Name, PartExtension));
        }

        Clean(keep);
        return (files, rows);
    }

    /// <summary>Deletes what only a pack under way needs.</summary>
    /// <param name="files">The payload files of the index.</param>
    public void Finish(IEnumerable<ShardFile> files) =>
        Clean([ShardFolder.IndexName, ShardFolder.LockName, .. files.Select(file => file.Name)]);

    /// <summary>Lets go of the folder.</summary>
    public void Dispose()
    {
        try
        {
            // While it is still locked: who finds it gone makes another.
            File.Delete(_lock.Name);
            if (_made && !Directory.EnumerateFileSystemEntries(Path).Any())
            {
                Directory.Delete(Path);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A lock that nobody holds hinders nobody.
        }

        _lock.Dispose();
    }

    private ShardIndex? Part(ShardHeader header, int number, int first)
    {
        string path = System.IO.Path.Combine(Path, new ShardFile(number, 0, 0, 0).Name), part = System.IO.Path.ChangeExtension(path, PartExtension);
        if (!File.Exists(path) || !File.Exists(part))
        {
            return null;
        }

        try
        {
            ShardIndex index = ShardIndexFormat.Read(File.ReadAllBytes(part), part);
            bool fits = index.Files is [var file] && file.Number == number && file.First == first && file.Length == new FileInfo(path).Length
                && index.Header.Identity.Span.SequenceEqual(header.Identity.Span);
            return fits ? index : null;
        }
        catch (UserErrorException)
        {
            // It is made again.
            return null;
        }
    }

    private void Clean(HashSet<string> keep)
    {
        foreach (string entry in Directory.EnumerateFiles(Path))
        {
            if (!keep.Contains(System.IO.Path.GetFileName(entry)))
            {
                File.Delete(entry);
            }
        }
    }

    private static ShardIndex? Read(string path) => File.Exists(path) ? ShardIndexFormat.Read(File.ReadAllBytes(path), path) : null;

    [GeneratedRegex(@"^(index\.msgpack|packing\.msgpack|packing\.lock|shard-\d+\.(bin|part)|.*\.unfinished)$", RegexOptions.CultureInvariant)]
    private static partial Regex Ours();

    [GeneratedRegex(@"^(packing\.lock|packing\.msgpack\..*\.unfinished)$", RegexOptions.CultureInvariant)]
    private static partial Regex Unfinished();
}
