namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Makes the index of a tar of images, whose class is their folder, or a member beside them: WebDataset's <c>.cls</c> (a number,
/// or a name) or <c>.json</c>. Folders around all classes (<c>train/</c>) are left out; below a class there may be more folders.
/// A tar in the tar is a folder of its name, which is how ImageNet's training set comes.
/// </summary>
internal static class TarIndexBuilder
{
    /// <summary>Builds the index.</summary>
    /// <param name="file">The archive.</param>
    /// <exception cref="UserErrorException">There is no image with a class, or a class without one.</exception>
    public static SampleIndex Build(ByteFile file)
    {
        string path = file.Name;
        var names = new NameTable();
        var offsets = new List<long>();
        var lengths = new List<int>();
        var folders = new List<string>();
        var labels = new LabelMembers(file);
        string[]? around = null;
        foreach (TarEntry entry in Entries(file, path))
        {
            string name = Normalised(entry.Name);
            if (entry.Directory)
            {
                if (!ImageFiles.IsHidden(name))
                {
                    folders.Add(name);
                }
            }
            else if (ImageFiles.IsImage(name))
            {
                if (entry.Length > Array.MaxLength)
                {
                    throw new UserErrorException($"{path}: '{name}' has {entry.Length} bytes, too many for an image; remove it from the archive");
                }

                around = Common(around, name);
                names.Add(name);
                offsets.Add(entry.Offset);
                lengths.Add((int)entry.Length);
            }
            else
            {
                labels.Look(name, entry);
            }
        }

        if (around is null)
        {
            throw new UserErrorException($"{path}: holds no images (files that end in {ImageFiles.Extensions})");
        }

        names.Trim();
        if (labels.Count > 0)
        {
            return labels.Index(names, offsets, lengths);
        }

        (int[] classOf, string[] classes) = Classify(names, around.Length, path);
        RejectEmptyClasses(folders, around, classes, path);
        return new SampleIndex
        {
            ClassNames = classes,
            Offsets = [.. offsets],
            Lengths = [.. lengths],
            Labels = classOf,
            Names = names,
        };
    }

    /// <summary>The entries of an archive, and of the archives in it under their names.</summary>
    private static IEnumerable<TarEntry> Entries(ByteFile file, string path)
    {
        const string Tar = ".tar";
        foreach (TarEntry entry in TarHeaders.Read(file, path))
        {
            if (entry.Directory || !entry.Name.EndsWith(Tar, StringComparison.OrdinalIgnoreCase) || ImageFiles.IsHidden(entry.Name))
            {
                yield return entry;
                continue;
            }

            foreach (TarEntry inner in TarHeaders.Read(file, $"{path}:{entry.Name}", entry.Offset, entry.Length))
            {
                yield return inner with { Name = $"{entry.Name[..^Tar.Length]}/{Normalised(inner.Name)}" };
            }
        }
    }

    private static string Normalised(string name)
    {
        string result = name.Replace('\\', '/').TrimEnd('/');
        while (result.StartsWith("./", StringComparison.Ordinal))
        {
            result = result[2..];
        }

        return result.TrimStart('/');
    }

    /// <summary>The folders that lie around everything so far, never the last one: that is the class.</summary>
    private static string[] Common(string[]? before, string name)
    {
        if (before is { Length: 0 })
        {
            return before;
        }

        if (before is not null && InAll(before, name))
        {
            return before;
        }

        string[] parts = name.Split('/');
        string[] outer = parts.Length > 2 ? parts[..^2] : [];
        if (before is null)
        {
            return outer;
        }

        int same = 0;
        while (same < before.Length && same < outer.Length && before[same] == outer[same])
        {
            same++;
        }

        return before[..same];
    }

    /// <summary>Whether <paramref name="name"/> lies in the folders and at least one more; without allocating.</summary>
    private static bool InAll(string[] folders, ReadOnlySpan<char> name)
    {
        foreach (string folder in folders)
        {
            if (!name.StartsWith(folder, StringComparison.Ordinal) || name.Length <= folder.Length || name[folder.Length] != '/')
            {
                return false;
            }

            name = name[(folder.Length + 1)..];
        }

        return name.Contains('/');
    }

    private static (int[] Labels, string[] Classes) Classify(NameTable names, int depth, string path)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = found.GetAlternateLookup<ReadOnlySpan<char>>();
        var labels = new int[names.Count];
        for (int i = 0; i < labels.Length; i++)
        {
            string name = names[i];
            ReadOnlySpan<char> folder = ClassOf(name, depth);
            if (folder.IsEmpty)
            {
                throw new UserErrorException($"{path}: '{name}' lies in no class folder; an image's folder is its class");
            }

            if (!lookup.TryGetValue(folder, out int label))
            {
                label = found.Count;
                lookup[folder] = label;
            }

            labels[i] = label;
        }

        string[] classes = [.. found.Keys.Order(NaturalOrder.Instance)];
        var sorted = new int[classes.Length];
        for (int i = 0; i < classes.Length; i++)
        {
            sorted[found[classes[i]]] = i;
        }

        foreach (ref int label in labels.AsSpan())
        {
            label = sorted[label];
        }

        return (labels, classes);
    }

    private static ReadOnlySpan<char> ClassOf(ReadOnlySpan<char> name, int depth)
    {
        for (; depth > 0; depth--)
        {
            name = name[(name.IndexOf('/') + 1)..];
        }

        int slash = name.IndexOf('/');
        return slash < 0 ? [] : name[..slash];
    }

    private static void RejectEmptyClasses(List<string> folders, string[] around, string[] classes, string path)
    {
        var known = classes.ToHashSet(StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            string[] parts = folder.Split('/');
            if (parts.Length == around.Length + 1 && parts.AsSpan(0, parts.Length - 1).SequenceEqual(around) && !known.Contains(parts[^1]))
            {
                throw new UserErrorException($"{path}: class folder '{folder}' holds no images (files that end in {ImageFiles.Extensions}); fill it, or make the archive without it");
            }
        }
    }
}
