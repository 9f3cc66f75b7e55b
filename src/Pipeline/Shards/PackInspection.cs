namespace StreamTrainer.Pipeline.Shards;

/// <summary>What there is to know of a pack without reading its payloads.</summary>
public sealed record PackInspection
{
    /// <summary>Where it lies.</summary>
    public required string Path { get; init; }

    /// <summary>Version of the index.</summary>
    public required int Format { get; init; }

    /// <summary>How it was made, as the command's options.</summary>
    public required string Options { get; init; }

    /// <summary>Whether pixels may differ from the source's.</summary>
    public required bool Lossy { get; init; }

    /// <summary>Samples, sizes, kinds.</summary>
    public required PackResult Content { get; init; }

    /// <summary>Bytes of the index, all of which are held in memory.</summary>
    public required long IndexBytes { get; init; }

    /// <summary>Sets of codes that <c>indexed</c> payloads share.</summary>
    public required int TableSets { get; init; }

    /// <summary>The payload files.</summary>
    public required IReadOnlyList<PackFile> Files { get; init; }
}

/// <summary>A payload file.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="First">Its first sample.</param>
/// <param name="Samples">How many it holds.</param>
public sealed record PackFile(string Name, long Bytes, long First, long Samples);
