namespace StreamTrainer.Host.Service;

/// <summary>Where a path leads in truth: without links, dots and double dots.</summary>
internal static class RealPath
{
    private const int MostLinks = 40;

    /// <summary>The place; what is not there is taken as it is named. Null where links lead in a circle.</summary>
    public static string? Of(string path)
    {
        string full = Path.GetFullPath(path);
        string root = Path.GetPathRoot(full)!;
        string real = root;
        var rest = new Stack<string>(full[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        for (int links = 0; rest.TryPop(out string? part);)
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? root;
                continue;
            }

            string next = Path.Combine(real, part);
            if (Target(next) is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
            {
                return null;
            }

            if (Path.IsPathRooted(target))
            {
                real = Path.GetPathRoot(target)!;
                target = target[real.Length..];
            }

            foreach (string piece in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(piece => piece != ".").Reverse())
            {
                rest.Push(piece);
            }
        }

        return real;
    }

    /// <summary>Whether a path leads into a folder, or to it.</summary>
    public static bool IsInside(string path, string folder) =>
        Of(path) is { } real && Of(folder) is { } of && (real == of || real.StartsWith(of.EndsWith('/') ? of : of + '/', StringComparison.Ordinal));

    private static string? Target(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
