using System.Globalization;
using System.Text.Json;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Model.Training;

/// <summary>Sizes and checksums of a checkpoint's tensor files, <c>checksums.json</c> in it: what is read back is what was written.</summary>
internal static class CheckpointFiles
{
    /// <summary>The list's name.</summary>
    public const string Name = "checksums.json";

    private const int Chunk = 1 << 20;

    /// <summary>Lists the files that are in a checkpoint's directory now; they are read back for it.</summary>
    public static void Write(string checkpoint)
    {
        var files = new SortedDictionary<string, CheckpointFile>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(checkpoint, "*.safetensors"))
        {
            files[Path.GetFileName(path)] = Of(path);
        }

        AtomicFile.Write(Path.Combine(checkpoint, Name), JsonSerializer.SerializeToUtf8Bytes(files, CheckpointJson.Default.SortedDictionaryStringCheckpointFile));
    }

    /// <summary>Whether two checkpoints have the same tensors, by their lists; one without a list, of an earlier version, is taken as it is.</summary>
    public static bool AreEqual(string checkpoint, string other)
    {
        string list = Path.Combine(checkpoint, Name);
        return !File.Exists(list) || File.ReadAllBytes(list).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(other, Name)));
    }

    /// <summary>What is wrong with a checkpoint's files; null where nothing is. One without a list, of an earlier version, is taken as
    /// it is.</summary>
    public static string? Fault(string checkpoint)
    {
        try
        {
            string list = Path.Combine(checkpoint, Name);
            if (!File.Exists(list))
            {
                return null;
            }

            SortedDictionary<string, CheckpointFile> files = JsonSerializer.Deserialize(File.ReadAllBytes(list), CheckpointJson.Default.SortedDictionaryStringCheckpointFile)
                ?? throw new JsonException("it is empty");
            foreach ((string name, CheckpointFile written) in files)
            {
                string path = Path.Combine(checkpoint, name);
                if (!File.Exists(path))
                {
                    return $"{name} is missing";
                }

                CheckpointFile now = Of(path);
                if (now.Bytes != written.Bytes)
                {
                    return string.Create(CultureInfo.InvariantCulture, $"{name} has {now.Bytes} bytes and was written with {written.Bytes}");
                }

                if (now.Crc32C != written.Crc32C)
                {
                    return $"{name} is damaged: its checksum is {now.Crc32C:x8} and was {written.Crc32C:x8}";
                }
            }

            return null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return $"{Name} or a file that it lists cannot be read ({error.Message})";
        }
    }

    private static CheckpointFile Of(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        var buffer = new byte[Chunk];
        uint crc = 0;
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            crc = Crc32C.Append(crc, buffer.AsSpan(0, read));
        }

        return new CheckpointFile(file.Length, crc);
    }
}

/// <summary>One file of a checkpoint.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="Crc32C">The CRC-32C of its bytes.</param>
internal sealed record CheckpointFile(long Bytes, uint Crc32C);
