namespace StreamTrainer.Pipeline.Shards;

/// <summary>What a pack has become.</summary>
public sealed record PackResult
{
    /// <summary>Where it lies.</summary>
    public required string Path { get; init; }

    /// <summary>What JPEGs became.</summary>
    public required string Payload { get; init; }

    /// <summary>How many samples.</summary>
    public required long Samples { get; init; }

    /// <summary>How many classes.</summary>
    public required int Classes { get; init; }

    /// <summary>How many payload files.</summary>
    public required int Files { get; init; }

    /// <summary>Bytes of all files, the index too.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes that the source had for the same samples.</summary>
    public required long SourceBytes { get; init; }

    /// <summary>Samples by what their payload is.</summary>
    public required IReadOnlyDictionary<string, long> Kinds { get; init; }

    /// <summary>Samples whose image could not be made out: they are bad in the source already.</summary>
    public required long Unreadable { get; init; }

    /// <summary>Which these are, in their order.</summary>
    public required IReadOnlyList<UnreadableSample> UnreadableSamples { get; init; }

    /// <summary>Samples that an earlier process had packed.</summary>
    public long Resumed { get; init; }

    /// <summary>The numbers of an index.</summary>
    internal static PackResult Of(ShardIndex index, string path)
    {
        var kinds = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var unreadable = new List<UnreadableSample>();
        long source = 0;
        for (int i = 0; i < index.Count; i++)
        {
            ShardRow row = index[i];
            string kind = ShardText.Of(row.Kind);
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            if (row.Width == 0)
            {
                unreadable.Add(new UnreadableSample(i, index.NameOf(i)));
            }

            source += row.SourceLength;
        }

        return new PackResult
        {
            Path = path,
            Payload = ShardText.Of(index.Header.Options.Payload),
            Samples = index.Count,
            Classes = index.Header.ClassNames.Count,
            Files = index.Files.Length,
            Bytes = index.Size + index.Files.Sum(file => file.Length),
            SourceBytes = source,
            Kinds = kinds,
            Unreadable = unreadable.Count,
            UnreadableSamples = unreadable,
        };
    }
}

/// <summary>A sample whose image could not be made out; <c>inspect --sample</c> says why.</summary>
/// <param name="Sample">Its index in the pack.</param>
/// <param name="Name">Its path.</param>
public sealed record UnreadableSample(long Sample, string Name);
