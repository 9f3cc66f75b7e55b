namespace StreamTrainer.Host.Pipelines;

/// <summary>What packing brings, measured on some of the training set's own samples.</summary>
internal sealed record PackTrialResult
{
    /// <summary>Why it was not measured; null: it was.</summary>
    public string? LeftOut { get; init; }

    /// <summary>Samples that were packed.</summary>
    public int Samples { get; init; }

    /// <summary>How many of them are JPEGs; others stay as they are.</summary>
    public int Jpegs { get; init; }

    /// <summary>Bytes of the samples before.</summary>
    public long Bytes { get; init; }

    /// <summary>The samples as they are, then each payload.</summary>
    public IReadOnlyList<PayloadTrial> Payloads { get; init; } = [];
}
