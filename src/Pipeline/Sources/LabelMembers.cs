using System.Globalization;
using System.Text;
using System.Text.Json;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// The classes of a tar's images that stand in members beside them, as WebDataset has it: members whose names are equal up to the
/// first dot of the file name are one sample; <c>.cls</c> holds the class, or <c>.json</c> does under <c>label</c>, <c>cls</c> or
/// <c>class</c>. Classes that are numbers keep them.
/// </summary>
internal sealed class LabelMembers(ByteFile file)
{
    /// <summary>A class needs a few bytes, and a JSON member may describe the picture at length.</summary>
    private const int LongestLabel = 1 << 10, LongestJson = 1 << 20;

    private static readonly string[] s_keys = ["label", "cls", "class"];

    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TarEntry> _json = new(StringComparer.Ordinal);

    /// <summary>How many members may name a class.</summary>
    public int Count => _labels.Count + _json.Count;

    /// <summary>Takes note of a member that is no image.</summary>
    public void Look(string name, TarEntry entry)
    {
        (string key, string extension) = Split(name);
        if (ImageFiles.IsHidden(name))
        {
            return;
        }

        if (extension.Equals("cls", StringComparison.OrdinalIgnoreCase))
        {
            _labels[key] = Text(name, entry, LongestLabel).Trim();
        }
        else if (extension.Equals("json", StringComparison.OrdinalIgnoreCase))
        {
            _json[key] = entry;
        }
    }

    /// <summary>The index of the images, each with its class.</summary>
    /// <exception cref="UserErrorException">One has none.</exception>
    public SampleIndex Index(NameTable names, List<long> offsets, List<int> lengths)
    {
        var kept = new NameTable();
        List<long> keptOffsets = [];
        List<int> keptLengths = [];
        List<string> labels = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int i = 0; i < names.Count; i++)
        {
            string name = names[i];
            (string key, string extension) = Split(name);
            // A second picture of a sample, such as x.seg.png beside x.jpg, is something else.
            if (extension.Contains('.') || !seen.Add(key))
            {
                continue;
            }

            kept.Add(name);
            keptOffsets.Add(offsets[i]);
            keptLengths.Add(lengths[i]);
            labels.Add(LabelOf(name, key));
        }

        if (labels.Count == 0)
        {
            throw new UserErrorException($"{file.Name}: holds no images that are called as their .cls or .json members are (x.jpg beside x.cls)");
        }

        kept.Trim();
        (int[] numbers, IReadOnlyList<string> classes, bool numbered) = ClassNumbers.Of(labels, file.Name);
        return new SampleIndex
        {
            ClassNames = classes,
            Offsets = [.. keptOffsets],
            Lengths = [.. keptLengths],
            Labels = numbers,
            Names = kept,
            Numbered = numbered,
        };
    }

    private static (string Key, string Extension) Split(string name)
    {
        int dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        return dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
    }

    private string LabelOf(string name, string key)
    {
        if (_labels.TryGetValue(key, out string? label))
        {
            return label.Length > 0 ? label : throw new UserErrorException($"{file.Name}: '{key}.cls' is empty; it must hold the class of '{name}'");
        }

        if (!_json.TryGetValue(key, out TarEntry entry))
        {
            throw new UserErrorException($"{file.Name}: '{name}' has neither '{key}.cls' nor '{key}.json' beside it; add its class, or remove it from the archive");
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(Text($"{key}.json", entry, LongestJson));
            foreach (string property in s_keys)
            {
                if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(property, out JsonElement value)
                    && value.ValueKind is JsonValueKind.Number or JsonValueKind.String)
                {
                    return value.ToString();
                }
            }
        }
        catch (JsonException error)
        {
            throw new UserErrorException($"{file.Name}: '{key}.json' is no JSON: {SourceTrouble.Of(error)}; mend it, or remove the sample from the archive", error);
        }

        throw new UserErrorException($"{file.Name}: '{key}.json' has no {string.Join(", ", s_keys[..^1])} or {s_keys[^1]} that is a number or a text; it must hold the class of '{name}'");
    }

    private string Text(string name, TarEntry entry, int longest)
    {
        if (entry.Length > longest)
        {
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"{file.Name}: '{name}' has {entry.Length} bytes, too many for a class"));
        }

        var content = new byte[entry.Length];
        file.Exactly(content, entry.Offset);
        return Encoding.UTF8.GetString(content);
    }
}
