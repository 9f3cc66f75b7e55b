using System.ComponentModel;

namespace StreamTrainer.Host.Api.Contracts;

/// <summary>A figure over the steps, in columns: what stands at the same place belongs together.</summary>
internal sealed record SeriesView
{
    [Description("The figure, as loss, lr, eval.top1 or timesLogged.phases.forward.")]
    public required string Name { get; init; }

    [Description("Steps done at the last record of each point.")]
    public required IReadOnlyList<long> Step { get; init; }

    [Description("When that was: seconds since 1970.")]
    public required IReadOnlyList<double> Time { get; init; }

    [Description("The mean of each point's records.")]
    public required IReadOnlyList<double> Mean { get; init; }

    [Description("Their least; absent where each point is one record.")]
    public IReadOnlyList<double>? Min { get; init; }

    [Description("Their largest; absent where each point is one record.")]
    public IReadOnlyList<double>? Max { get; init; }

    [Description("Records in all.")]
    public required long Records { get; init; }
}

/// <summary>Figures of a run.</summary>
/// <param name="Names">All figures that there are.</param>
/// <param name="Series">Those that were asked for.</param>
internal sealed record SeriesAnswer(
    [property: Description("All figures that there are.")] IReadOnlyList<string> Names,
    [property: Description("Those that were asked for.")] IReadOnlyList<SeriesView> Series);
