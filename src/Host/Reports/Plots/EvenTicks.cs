using ScottPlot;
using ScottPlot.TickGenerators;
using StreamTrainer.Host.Reports.Document;

namespace StreamTrainer.Host.Reports.Plots;

/// <summary>The library's ticks, all with as many decimals as the one that needs most: 91.9, 92.0, 92.1.</summary>
/// <param name="whole">Whether only whole numbers have a tick.</param>
internal sealed class EvenTicks(bool whole) : ITickGenerator
{
    private const int MostDecimals = 6;

    private readonly NumericAutomatic _ticks = new() { IntegerTicksOnly = whole };

    /// <inheritdoc/>
    public Tick[] Ticks { get; private set; } = [];

    /// <inheritdoc/>
    public int MaxTickCount
    {
        get => _ticks.MaxTickCount;
        set => _ticks.MaxTickCount = value;
    }

    /// <inheritdoc/>
    public void Regenerate(CoordinateRange range, Edge edge, PixelLength size, Paint paint, LabelStyle labelStyle)
    {
        _ticks.Regenerate(range, edge, size, paint, labelStyle);
        Tick[] major = [.. _ticks.Ticks.Where(tick => tick.IsMajor)];
        int decimals = Enumerable.Range(0, MostDecimals).FirstOrDefault(digits => major.All(tick => Math.Abs(Math.Round(tick.Position, digits) - tick.Position) < 1e-9), MostDecimals);
        Ticks = [.. major.Select(tick => new Tick(tick.Position, Numbers.Fixed(tick.Position, decimals)))];
    }
}
