using MessagePack;

namespace StreamTrainer.Host.Service.Catalog.Series;

/// <summary>What is kept of a run's event log: all its figures up to a place in it.</summary>
[MessagePackObject]
public sealed class SeriesFile
{
    /// <summary>The layout's version; another one is made anew.</summary>
    public const int Current = 1;

    /// <summary>This one's.</summary>
    [Key(0)] public int Version { get; set; } = Current;

    /// <summary>Checksum of the log's first record: another log's index is none.</summary>
    [Key(1)] public uint Log { get; set; }

    /// <summary>The log is read up to here.</summary>
    [Key(2)] public long Offset { get; set; }

    /// <summary>The figures by name.</summary>
    [Key(3)] public SortedDictionary<string, FigureSeries> Figures { get; set; } = new(StringComparer.Ordinal);
}
