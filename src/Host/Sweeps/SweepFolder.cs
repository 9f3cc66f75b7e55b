using System.Text.Json;
using System.Text.Json.Nodes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Sweeps;

/// <summary>A sweep's folder among the runs: it holds <c>sweep.json</c>, and its runs lie beside it.</summary>
public static class SweepFolder
{
    /// <summary>The file that makes a folder a sweep.</summary>
    internal const string FileName = "sweep.json";

    private const string GuardName = ".sweep.lock";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30), s_between = TimeSpan.FromMilliseconds(50);

    /// <summary>What a sweep's folder holds; null where there is no such sweep.</summary>
    /// <exception cref="UserErrorException">It is damaged, or of a later version.</exception>
    public static SweepManifest? Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string file = Path.Combine(folder, FileName);
        try
        {
            SweepManifest manifest = JsonSerializer.Deserialize(File.ReadAllBytes(file), SweepJson.Default.SweepManifest) ?? throw new JsonException("it is null");
            return manifest.Format <= SweepManifest.CurrentFormat
                ? manifest
                : throw new UserErrorException($"{file}: of version {manifest.Format}, and this program reads {SweepManifest.CurrentFormat}; use a newer one");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{file} cannot be read ({error.Message}); the sweep begins anew with another --id", error);
        }
    }

    /// <summary>Puts a sweep's cells into its folder, beside those that are there: they keep their names.</summary>
    /// <param name="runs">The folder of all runs.</param>
    /// <param name="id">The sweep's name among them.</param>
    /// <param name="wanted">The sweep; its cells' names do not count.</param>
    /// <returns>What is there now, in the order of the names.</returns>
    /// <exception cref="UserErrorException">A cell that is there is not wanted any more, or the folder cannot be written.</exception>
    /// <exception cref="RunFailedException">The disk is full, or fails.</exception>
    public static SweepManifest Update(string runs, string id, SweepManifest wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        string folder = Path.Combine(runs, id);
        try
        {
            Directory.CreateDirectory(folder);
            using FileStream guard = Guard(folder);
            SweepManifest? there = Read(folder);
            SweepManifest now = Merge(there, id, wanted);
            if (there is null || now.Cells.Count > there.Cells.Count)
            {
                AtomicFile.Write(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(now, SweepJson.Default.SweepManifest));
            }

            return now;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Commands.WriteErrors.Of("the sweep", folder, error, null);
        }
    }

    /// <summary>What <see cref="Update"/> would make of it.</summary>
    /// <exception cref="UserErrorException">A cell that is there is not wanted any more.</exception>
    public static SweepManifest Merge(SweepManifest? there, string id, SweepManifest wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        List<SweepManifestCell> cells = [.. there?.Cells ?? []];
        Dictionary<string, SweepManifestCell> added = wanted.Cells.ToDictionary(cell => SweepCell.Identity(cell.Set));
        foreach (SweepManifestCell cell in cells)
        {
            if (!added.Remove(SweepCell.Identity(cell.Set)))
            {
                throw new UserErrorException($"{wanted.File}: the sweep '{id}' has a run {cell.Id} with {SweepCell.Line(cell.Set)}, which is not in this file any more; cells can be added to a sweep, and not changed or taken out: put it back, or begin another sweep with --id");
            }
        }

        foreach (SweepManifestCell cell in wanted.Cells.Where(cell => added.ContainsKey(SweepCell.Identity(cell.Set))))
        {
            cells.Add(cell with { Id = RunId(id, cells.Count) });
        }

        return (there ?? wanted) with { Cells = cells };
    }

    /// <summary>The name of a sweep's run.</summary>
    public static string RunId(string sweep, int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{sweep}-{index:D3}");

    // Jobs of one sweep may start in the same moment.
    private static FileStream Guard(string folder)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(folder, GuardName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (RunLock.IsHeld(error) && System.Diagnostics.Stopwatch.GetElapsedTime(start) < s_patience)
            {
                Thread.Sleep(s_between);
            }
        }
    }
}
