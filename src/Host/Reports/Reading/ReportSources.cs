using StreamTrainer.Host.Sweeps;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Reports.Reading;

/// <summary>From what a user names to the runs of a report. Runs and sweeps that are named together are compared with each other; of a
/// folder each sweep is a collection of its own, and so are the runs that belong to none. Nothing in a folder is passed over.</summary>
internal static class ReportSources
{
    /// <summary>The collections, in order.</summary>
    /// <exception cref="UserErrorException">A name means nothing, or nothing is a run.</exception>
    public static IReadOnlyList<RunCollection> Read(IReadOnlyList<string> names)
    {
        List<RunRecord> named = [];
        List<SweepManifest> sweeps = [];
        List<string> titles = [];
        List<RunCollection> folders = [];
        foreach (string name in names)
        {
            string path = Path.TrimEndingDirectorySeparator(name);
            if (!Directory.Exists(path))
            {
                throw new UserErrorException(File.Exists(name)
                    ? $"'{name}' is a file; name a run's directory, a sweep's or a folder of runs"
                    : $"there is no '{name}'; name a run's directory, a sweep's or a folder of runs");
            }

            if (IsSweep(path))
            {
                SweepManifest sweep = SweepFolder.Read(path)!;
                sweeps.Add(sweep);
                titles.Add(sweep.Name.Length > 0 ? sweep.Name : Path.GetFileName(path));
                named.AddRange(RunsOf(sweep, path));
            }
            else if (RunReading.IsRun(path))
            {
                named.Add(RunReading.Read(path));
                titles.Add(named[^1].Id);
            }
            else
            {
                folders.AddRange(Folder(path));
            }
        }

        if (named.Count == 0)
        {
            return folders;
        }

        string title = titles.Count <= 3 ? string.Join(", ", titles) : $"{titles[0]} and {titles.Count - 1} others";
        return [new RunCollection(title, Once(named), sweeps), .. folders];
    }

    private static List<RunCollection> Folder(string path)
    {
        List<RunRecord> loose = [];
        List<RunCollection> collections = [];
        HashSet<string> taken = new(StringComparer.Ordinal);
        string[] inside = [.. Directory.EnumerateDirectories(path).OrderBy(each => each, StringComparer.Ordinal)];
        foreach (string folder in inside.Where(IsSweep))
        {
            taken.Add(folder);
            try
            {
                SweepManifest sweep = SweepFolder.Read(folder)!;
                collections.Add(new RunCollection(sweep.Name.Length > 0 ? sweep.Name : Path.GetFileName(folder), RunsOf(sweep, folder), [sweep]));
                taken.UnionWith(sweep.Cells.Select(cell => Path.Combine(path, cell.Id)));
            }
            catch (UserErrorException error)
            {
                loose.Add(new RunRecord(folder, RunStanding.Broken, error.Message));
            }
        }

        loose.AddRange(inside.Where(folder => !taken.Contains(folder)).Select(RunReading.Read));
        if (loose.Count > 0)
        {
            collections.Add(new RunCollection(Path.GetFileName(Path.GetFullPath(path)), [.. loose.OrderBy(run => run.Path, StringComparer.Ordinal)], []));
        }

        return collections.Any(collection => collection.Runs.Any(run => run.Standing != RunStanding.NoRun))
            ? collections
            : throw new UserErrorException($"there is no run in '{path}'; name a folder that holds the directories of runs, as runs");
    }

    private static IReadOnlyList<RunRecord> RunsOf(SweepManifest sweep, string folder)
    {
        string beside = Path.GetDirectoryName(folder) ?? "";
        return [.. sweep.Cells.Select(cell => RunReading.Read(Path.Combine(beside, cell.Id)))];
    }

    private static IReadOnlyList<RunRecord> Once(List<RunRecord> runs) => [.. runs.DistinctBy(run => Path.GetFullPath(run.Path))];

    private static bool IsSweep(string path) => File.Exists(Path.Combine(path, SweepFolder.FileName));
}
