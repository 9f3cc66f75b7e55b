using System.Globalization;

namespace StreamTrainer.Host.Runs;

/// <summary>What this process's control group allows; version 1 and 2 (Linux, Documentation/admin-guide/cgroup-v1 and
/// cgroup-v2.rst). A group is bound by those above it too, so the smallest limit up to the root counts.</summary>
/// <param name="Cores">Cores' worth of time; null: no limit.</param>
/// <param name="MemoryBytes">Bytes; null: no limit.</param>
internal sealed record CgroupLimits(double? Cores, long? MemoryBytes)
{
    // Version 1 writes "no limit" as the largest multiple of a page.
    private const long NoLimit = 1L << 60;

    /// <summary>The limits by the <c>proc</c> and <c>sys</c> folders below <paramref name="root"/>.</summary>
    public static CgroupLimits Read(string root)
    {
        string membership = Path.Combine(root, "proc/self/cgroup");
        double? cores = null;
        long? memory = null;
        foreach (string line in File.Exists(membership) ? File.ReadAllLines(membership) : [])
        {
            string[] parts = line.Split(':', 3);
            if (parts.Length < 3)
            {
                continue;
            }

            string[] controllers = parts[1].Split(',');
            string[] mounts = parts[1].Length == 0 ? [""] : [parts[1], .. controllers];
            foreach (string folder in mounts.Distinct().SelectMany(mount => Upwards(Path.Combine(root, "sys/fs/cgroup", mount), parts[2])))
            {
                if (parts[1].Length == 0)
                {
                    cores = Least(cores, CoresOf(folder));
                    memory = Least(memory, Number(Path.Combine(folder, "memory.max")));
                }

                if (controllers.Contains("cpu"))
                {
                    cores = Least(cores, Ratio(Number(Path.Combine(folder, "cpu.cfs_quota_us")), Number(Path.Combine(folder, "cpu.cfs_period_us"))));
                }

                if (controllers.Contains("memory"))
                {
                    memory = Least(memory, Number(Path.Combine(folder, "memory.limit_in_bytes")));
                }
            }
        }

        return new CgroupLimits(cores, memory >= NoLimit ? null : memory);
    }

    private static IEnumerable<string> Upwards(string mount, string group)
    {
        // In a container the group's path may be the host's and not be there; the mount itself is then the group.
        for (string path = group.Trim('/'); path.Length > 0; path = Path.GetDirectoryName(path) ?? "")
        {
            yield return Path.Combine(mount, path);
        }

        yield return mount;
    }

    private static double? CoresOf(string folder)
    {
        string file = Path.Combine(folder, "cpu.max");
        string[] parts = File.Exists(file) ? File.ReadAllText(file).Trim().Split(' ') : [];
        return parts.Length == 2 ? Ratio(Parse(parts[0]), Parse(parts[1])) : null;
    }

    private static double? Ratio(long? quota, long? period) => quota > 0 && period > 0 ? (double)quota / period : null;

    private static long? Number(string file) => File.Exists(file) ? Parse(File.ReadAllText(file).Trim()) : null;

    private static long? Parse(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static T? Least<T>(T? one, T? other)
        where T : struct, IComparable<T> =>
        one is null || (other is { } second && second.CompareTo(one.Value) < 0) ? other : one;
}
