using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Hub;

/// <summary>What was fetched of a repository, in huggingface_hub's layout: contents in <c>blobs</c> by their checksum, names in
/// <c>snapshots/COMMIT</c> as links to them, and in <c>refs</c> the commit of each revision.</summary>
internal sealed class HubCache(string root, HubRepository repository)
{
    private readonly string _folder = Path.Combine(root, $"models--{repository.Owner}--{repository.Name}");

    /// <summary>A file of the revision that was fetched last; none: it is not there.</summary>
    public string? Find(string file)
    {
        string reference = Path.Combine(_folder, "refs", repository.Revision);
        string commit = File.Exists(reference) ? File.ReadAllText(reference).Trim() : repository.Revision;
        string path = Path.Combine(_folder, "snapshots", commit, file);
        return File.Exists(path) ? path : null;
    }

    /// <summary>Where a content lies or is to lie.</summary>
    public string Blob(string etag)
    {
        string folder = Path.Combine(_folder, "blobs");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, etag);
    }

    /// <summary>Gives a content its name in a commit.</summary>
    /// <returns>The path by that name.</returns>
    public string Name(string blob, string file, string commit)
    {
        string path = Path.Combine(_folder, "snapshots", commit, file), reference = Path.Combine(_folder, "refs", repository.Revision);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            File.Delete(path);
            try
            {
                File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, blob));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
            {
                // Windows asks for a right to make links; and another process may have made it meanwhile.
                File.Copy(blob, path, overwrite: true);
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(reference)!);
        AtomicFile.Write(reference, System.Text.Encoding.ASCII.GetBytes(commit));
        return path;
    }
}
