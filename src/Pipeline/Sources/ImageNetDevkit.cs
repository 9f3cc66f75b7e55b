using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// ImageNet's development kit (<c>ILSVRC2012_devkit_t12</c>, the folder or its <c>.tar.gz</c>): the classes of the validation
/// images, numbered by the kit, and which class is which synset (<c>n01440764</c>), which is how training folders are called.
/// </summary>
internal static class ImageNetDevkit
{
    private const string Meta = "meta.mat", Truth = "ILSVRC2012_validation_ground_truth.txt";

    /// <summary>The synset of each validation image, in the order of their numbers.</summary>
    /// <exception cref="UserErrorException">The kit cannot be read, or is not whole.</exception>
    public static IReadOnlyList<string> SynsetsOfValidation(string path)
    {
        try
        {
            (byte[] meta, byte[] truth) = Directory.Exists(path) ? FromFolder(path) : FromArchive(path);
            Dictionary<int, string> synsets = [];
            foreach (IReadOnlyDictionary<string, object> entry in MatFile.Structures(meta, "synsets"))
            {
                if (entry.TryGetValue("ILSVRC2012_ID", out object? number) && number is double id
                    && entry.TryGetValue("WNID", out object? name) && name is string synset)
                {
                    synsets[(int)id] = synset;
                }
            }

            string[] lines = Encoding.ASCII.GetString(truth).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return [.. lines.Select((line, i) =>
                int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && synsets.TryGetValue(id, out string? synset)
                    ? synset
                    : throw new UserErrorException($"{path}: line {i + 1} of {Truth} is '{line}', which is no class of {Meta}"))];
        }
        catch (UnauthorizedAccessException error)
        {
            throw SourceTrouble.CannotRead(path, error);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            string why = error is InvalidDataException ? error.Message.TrimEnd('.') : ReadTrouble.Of(error);
            throw new UserErrorException($"{path}: cannot be read as ImageNet's development kit: {why}; name the folder of ILSVRC2012_devkit_t12, or its .tar.gz", error);
        }
    }

    private static (byte[] Meta, byte[] Truth) FromFolder(string path) => (Read(path, Meta), Read(path, Truth));

    private static byte[] Read(string folder, string name) =>
        Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories).FirstOrDefault() is { } file
            ? File.ReadAllBytes(file)
            : throw new UserErrorException($"{folder}: has no {name}; name the folder of ILSVRC2012_devkit_t12, or its .tar.gz");

    private static (byte[] Meta, byte[] Truth) FromArchive(string path)
    {
        using FileStream file = File.OpenRead(path);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(unpacked);
        byte[]? meta = null, truth = null;
        while ((meta is null || truth is null) && tar.GetNextEntry() is { } entry)
        {
            string name = Path.GetFileName(entry.Name);
            if (entry.DataStream is not null && name is Meta or Truth)
            {
                using var content = new MemoryStream();
                entry.DataStream!.CopyTo(content);
                _ = name == Meta ? meta = content.ToArray() : truth = content.ToArray();
            }
        }

        return (meta ?? throw Lacks(Meta), truth ?? throw Lacks(Truth));
        UserErrorException Lacks(string name) => new($"{path}: has no {name}; download it again");
    }
}
