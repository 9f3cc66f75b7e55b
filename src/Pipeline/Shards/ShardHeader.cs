using StreamTrainer.Pipeline.Shards.Payloads;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>What an index says of all its samples together.</summary>
internal sealed record ShardHeader
{
    /// <summary>How they were made.</summary>
    public required PackOptions Options { get; init; }

    /// <summary>The names of the classes.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Samples of the source.</summary>
    public required int SourceCount { get; init; }

    /// <summary>XXH128 of the source's classes, labels and paths: whose shards these are. 16 bytes.</summary>
    public required ReadOnlyMemory<byte> Identity { get; init; }

    /// <summary>What the payload's codec learned from the source and all samples share; empty where there is nothing.</summary>
    public ReadOnlyMemory<byte> Tables { get; init; }

    /// <summary>The codes of <see cref="ShardPayload.Indexed"/>; null where there are none.</summary>
    /// <param name="path">The pack's name, for the message.</param>
    /// <exception cref="UserErrorException">They are no such codes.</exception>
    public IndexedTables? ReadTables(string path) =>
        Tables.IsEmpty ? null : IndexedTables.TryRead(Tables.Span) ?? throw new UserErrorException($"{path}: the index is damaged: its tables are none; fetch it again, or pack anew");
}
