using MessagePack;

namespace StreamTrainer.Host.Service.Catalog.Series;

/// <summary>Some records of a figure that follow each other, in one.</summary>
[MessagePackObject]
public record struct SeriesBucket
{
    /// <summary>Steps done at the first record.</summary>
    [Key(0)] public long First { get; set; }

    /// <summary>Steps done at the last one.</summary>
    [Key(1)] public long Last { get; set; }

    /// <summary>The least value.</summary>
    [Key(2)] public double Min { get; set; }

    /// <summary>The largest value.</summary>
    [Key(3)] public double Max { get; set; }

    /// <summary>The sum of the values.</summary>
    [Key(4)] public double Sum { get; set; }

    /// <summary>Records.</summary>
    [Key(5)] public long Count { get; set; }

    /// <summary>Where the first record begins in the event log, or before.</summary>
    [Key(6)] public long Offset { get; set; }

    /// <summary>When the last record was made: ticks, UTC.</summary>
    [Key(7)] public long Time { get; set; }

    /// <summary>One record.</summary>
    public static SeriesBucket Of(long step, double value, long offset, long time) =>
        new() { First = step, Last = step, Min = value, Max = value, Sum = value, Count = 1, Offset = offset, Time = time };

    /// <summary>This one and the one that follows it.</summary>
    public readonly SeriesBucket With(in SeriesBucket next) => new()
    {
        First = First,
        Last = next.Last,
        Min = Math.Min(Min, next.Min),
        Max = Math.Max(Max, next.Max),
        Sum = Sum + next.Sum,
        Count = Count + next.Count,
        Offset = Offset,
        Time = next.Time,
    };
}
