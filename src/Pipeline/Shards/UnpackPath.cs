using System.Globalization;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>Where a sample's file goes: the folder of its class, then what its path has below that. Paths come from a file that
/// anyone may have made: none leads out of the folder.</summary>
internal static class UnpackPath
{
    /// <summary>The path below the folder that is unpacked into.</summary>
    /// <param name="className">The sample's class.</param>
    /// <param name="path">Its path in the source.</param>
    public static string Of(string className, string path)
    {
        string[] parts = [.. path.Split('/', '\\').Where(part => part.Length > 0).Select(Safe)];
        string folder = Folder(className);
        int place = Array.IndexOf(parts, folder);
        string[] below = place >= 0 && place < parts.Length - 1 ? parts[(place + 1)..] : parts;
        return Path.Combine([folder, .. below.Length == 0 ? ["_"] : below]);
    }

    /// <summary>The folder of a class.</summary>
    public static string Folder(string className) => Safe(className);

    /// <summary>The path of a second sample of the same path.</summary>
    public static string Numbered(string path, long sample) =>
        Path.Combine(Path.GetDirectoryName(path)!, string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(path)}-{sample}{Path.GetExtension(path)}"));

    private static string Safe(string part)
    {
        string name = string.Concat(part.Select(letter => letter is '/' or '\\' or '\0' || char.IsControl(letter) || (OperatingSystem.IsWindows() && Path.GetInvalidFileNameChars().Contains(letter)) ? '_' : letter));
        // Hidden files are no images of a data set; what begins with a point may lead upwards.
        return name.Length == 0 || name.StartsWith('.') ? $"_{name}" : name;
    }
}
