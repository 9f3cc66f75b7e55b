namespace StreamTrainer.Pipeline.Sources;

/// <summary>Which files of a data set are images: by name, because opening millions of them to look would take hours. What
/// is in them is found out when they are decoded.</summary>
public static class ImageFiles
{
    private static readonly string[] s_extensions = [".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".gif"];

    /// <summary>The extensions, for messages.</summary>
    public static string Extensions => string.Join(' ', s_extensions);

    /// <summary>The images in a folder and in those below it, in natural order: paths from <paramref name="root"/> on, with slashes.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    internal static string[] In(string root, string folder) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(file => IsImage(file))
            .Order(NaturalOrder.Instance),
    ];

    /// <summary>The same with the folder's path before each.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or there are none.</exception>
    public static string[] In(string folder)
    {
        try
        {
            string[] images = [.. In(folder, "").Select(image => Path.Combine(folder, image))];
            return images.Length > 0 ? images : throw new UserErrorException($"{folder}: a folder without images (files that end in {Extensions}); name another, or image files");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw SourceTrouble.CannotRead(folder, error);
        }
    }

    /// <summary>Whether a file of this name is taken for an image. Hidden files (also the <c>._x</c> that macOS leaves in
    /// archives) and what lies in hidden folders (<c>.ipynb_checkpoints</c>) are not.</summary>
    public static bool IsImage(ReadOnlySpan<char> path)
    {
        if (IsHidden(path))
        {
            return false;
        }

        foreach (string extension in s_extensions)
        {
            if (path.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the file or a folder that it lies in is hidden; <c>./</c> at the begin means nothing.</summary>
    public static bool IsHidden(ReadOnlySpan<char> path)
    {
        while (path.StartsWith("./"))
        {
            path = path[2..];
        }

        return path.StartsWith('.') || path.Contains("/.", StringComparison.Ordinal);
    }
}
