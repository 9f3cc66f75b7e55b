using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Pipeline.Demo;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources.Remote;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>Opens sources by the name that a recipe gives them. A new kind of source is its file and one line here.</summary>
public static class SampleSources
{
    private const string DemoScheme = "demo:";

    private static readonly (Func<string, bool> Matches, Func<SourceLocation, ILogger, ISampleSource> Open)[] s_kinds =
    [
        (path => path.StartsWith(DemoScheme, StringComparison.Ordinal), (from, logger) => TarSource.Open(DemoDataset.Ensure(from.Path[DemoScheme.Length..], logger))),
        (ParquetSource.Is, (from, _) => ParquetSource.Open(from.Path, from.PathColumn, from.LabelColumn)),
        (ShardSource.Is, (from, _) => ShardSource.Open(from.Path)),
        (CifarSource.Is, (from, _) => CifarSource.Open(from.Path)),
        (path => RemoteFiles.IsRemote(path) || (BraceList.Is(path) && !Path.Exists(path)), (from, _) => TarSource.Open(from.Path)),
        (FlowersSource.Is, (from, _) => FlowersSource.Open(from.Path, from.Split)),
        (CarsSource.Is, (from, _) => CarsSource.Open(from.Path, from.Split)),
        (Directory.Exists, (from, _) => ImageFolderSource.Open(from.Path)),
        (path => ListSource.Is(path) && File.Exists(path), (from, _) => ListSource.Open(from.Path, from.PathColumn, from.LabelColumn)),
        (path => CocoSource.Is(path) && File.Exists(path), (from, _) => CocoSource.Open(from.Path)),
        (path => File.Exists(path) && IdxFile.Is(path), (from, _) => IdxSource.Open(from.Path)),
        (File.Exists, (from, _) => TarSource.Open(from.Path)),
    ];

    /// <summary>Opens a source: an image folder, a folder of shards, a tar, an IDX image file or <c>demo:train</c>, with the options of
    /// docs/data-formats.md after a question mark.</summary>
    /// <param name="location">What the recipe says.</param>
    /// <param name="logger">Where it is said that a data set is being made, which takes a while.</param>
    /// <exception cref="UserErrorException">There is no such source, or it cannot be used; the message says why.</exception>
    public static ISampleSource Open(string location, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (location.Length == 0)
        {
            throw new UserErrorException("data.train: not given; name a folder, a tar, shards, an IDX image file or demo:train (--set data.train=PATH)");
        }

        SourceLocation parsed = SourceLocation.Parse(location);
        if ((parsed.PathColumn ?? parsed.LabelColumn) is not null && !ListSource.Is(parsed.Path) && !ParquetSource.Is(parsed.Path))
        {
            throw new UserErrorException($"{location}: path and label name the columns of a list (.csv, .jsonl) or of Parquet files, and {parsed.Path} is none");
        }

        if (parsed.Split is not null && Path.Exists(parsed.Path) && !FlowersSource.Is(parsed.Path) && !CarsSource.Is(parsed.Path))
        {
            throw new UserErrorException($"{location}: split names a part of a data set whose annotations deal its images to parts (Flowers-102, Stanford Cars), and {parsed.Path} is none");
        }

        ISampleSource source = OpenWhole(parsed, logger ?? NullLogger.Instance);
        if (parsed.Classes is { } names)
        {
            source = ClassSubset.Take(source, names, location);
        }

        if (source.Count == 0)
        {
            source.Dispose();
            throw new UserErrorException($"{location}: holds no samples");
        }

        if (parsed.HoldOut is { } count)
        {
            if (count >= source.Count)
            {
                source.Dispose();
                throw new UserErrorException($"{location}: {Counted.Of(count, "sample")} cannot be held out of {source.Count}");
            }

            source = HoldOut.Take(source, count, parsed.HeldOutPart);
        }

        return parsed.Repeat == 1 ? source : new RepeatedSource(source, parsed.Repeat);
    }

    /// <summary>Whether there is something to open, without opening it.</summary>
    /// <param name="key">The recipe's key, for the message.</param>
    /// <param name="location">What the recipe says.</param>
    /// <exception cref="UserErrorException">There is not, or an option is wrong.</exception>
    public static void CheckExists(string key, string location)
    {
        if (location.Length == 0)
        {
            throw new UserErrorException($"{key}: not given; name a folder, a tar, shards, an IDX image file or demo:train (--set {key}=PATH)");
        }

        string path = SourceLocation.Parse(location).Path;
        if (path.StartsWith(DemoScheme, StringComparison.Ordinal) || RemoteFiles.IsRemote(path) || Path.Exists(path))
        {
            return;
        }

        IReadOnlyList<string> files = BraceList.Is(path) ? BraceList.Expand(path) : [path];
        if (files.FirstOrDefault(file => !Path.Exists(file)) is { } missing)
        {
            throw new UserErrorException($"{key}: {Missing(missing).Message}");
        }
    }

    /// <summary>The same source, named so that it is found from any current directory.</summary>
    /// <exception cref="UserErrorException">An option is wrong.</exception>
    public static string Rooted(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (location.Length == 0 || location.StartsWith(DemoScheme, StringComparison.Ordinal) || RemoteFiles.IsRemote(location))
        {
            return location;
        }

        SourceLocation parsed = SourceLocation.Parse(location);
        string path = parsed.Path;
        string rooted = Path.GetFullPath(path) + location[path.Length..];
        return parsed.Devkit is { } devkit ? rooted.Replace($"devkit={devkit}", $"devkit={Path.GetFullPath(devkit)}", StringComparison.Ordinal) : rooted;
    }

    private static ISampleSource OpenWhole(SourceLocation location, ILogger logger)
    {
        string path = location.Path;
        try
        {
            if (location.Devkit is { } devkit && Path.Exists(path))
            {
                return ImageNetValidation.Open(path, devkit);
            }

            foreach ((Func<string, bool> matches, Func<SourceLocation, ILogger, ISampleSource> open) in s_kinds)
            {
                if (matches(path))
                {
                    return open(location, logger);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw SourceTrouble.CannotRead(path, error);
        }

        throw Missing(path);
    }

    /// <summary>The error of a path that is not there; of one that may be there, in a folder that may not be looked into, that one.</summary>
    private static UserErrorException Missing(string path)
    {
        try
        {
            File.GetAttributes(path);
        }
        catch (UnauthorizedAccessException denied)
        {
            return SourceTrouble.CannotRead(path, denied);
        }
        catch (Exception error) when (error is IOException or ArgumentException or NotSupportedException)
        {
            // It is not there.
        }

        return new UserErrorException($"{path}: no such file or folder{Nearest(path)}");
    }

    /// <summary>How far the path exists: most wrong paths are wrong at one place.</summary>
    private static string Nearest(string path)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        while (folder is not null && !Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder is null ? "" : $" (the path exists as far as {folder})";
    }
}
