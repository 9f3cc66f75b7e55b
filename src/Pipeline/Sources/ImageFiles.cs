namespace StreamTrainer.Pipeline.Sources;

/// <summary>Which files of a data set are images: by name, because opening millions of them to look would take hours. What
/// is in them is found out when they are decoded.</summary>
internal static class ImageFiles
{
    private static readonly string[] s_extensions = [".jpg", ".jpeg", ".png", ".webp", ".bmp", ".ppm", ".pgm", ".tif", ".tiff", ".gif"];

    /// <summary>The extensions, for messages.</summary>
    public static string Extensions => string.Join(' ', s_extensions);

    /// <summary>Whether a file of this name is taken for an image. Hidden files (also the <c>._x</c> that macOS leaves in
    /// archives) are not.</summary>
    public static bool IsImage(ReadOnlySpan<char> path)
    {
        ReadOnlySpan<char> name = path[(path.LastIndexOf('/') + 1)..];
        if (name.StartsWith('.'))
        {
            return false;
        }

        foreach (string extension in s_extensions)
        {
            if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
