namespace StreamTrainer.Pipeline.Sources;

/// <summary>Which files of a data set are images: by name, because opening millions of them to look would take hours. What
/// is in them is found out when they are decoded.</summary>
internal static class ImageFiles
{
    private static readonly string[] s_extensions = [".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".gif"];

    /// <summary>The extensions, for messages.</summary>
    public static string Extensions => string.Join(' ', s_extensions);

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
