using System.Text.RegularExpressions;

namespace StreamTrainer.Host.Doctor;

/// <summary>Which libjpeg is inside libvips. No function tells it; the library's own version message stands in its file.</summary>
internal static partial class JpegVersion
{
    /// <summary>As <c>mozjpeg 5.0.0</c>; null where it is not found.</summary>
    public static string? OfLoadedLibvips()
    {
        try
        {
            return Loaded() is { } file ? Find(File.ReadAllBytes(file)) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The version in a library's bytes.</summary>
    internal static string? Find(ReadOnlySpan<byte> library)
    {
        foreach (string name in (string[])["mozjpeg", "libjpeg-turbo"])
        {
            byte[] message = System.Text.Encoding.ASCII.GetBytes($"{name} version ");
            int at = library.IndexOf(message);
            if (at >= 0)
            {
                ReadOnlySpan<byte> rest = library[(at + message.Length)..];
                string number = System.Text.Encoding.ASCII.GetString(rest[..Math.Min(32, rest.Length)]);
                if (Number().Match(number) is { Success: true } match)
                {
                    return $"{name} {match.Value}";
                }
            }
        }

        return null;
    }

    // Where the library lies, the process's own memory map tells on Linux; elsewhere it lies beside the program.
    private static string? Loaded() => File.Exists("/proc/self/maps")
        ? File.ReadLines("/proc/self/maps")
            .Select(line => line[(line.IndexOf('/', StringComparison.Ordinal) is var at and >= 0 ? at : line.Length)..])
            .FirstOrDefault(path => Path.GetFileName(path).StartsWith("libvips", StringComparison.Ordinal))
        : Directory.EnumerateFiles(AppContext.BaseDirectory, "*vips*").FirstOrDefault();

    [GeneratedRegex(@"^\d+(\.\d+)+", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
