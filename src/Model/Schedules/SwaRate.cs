using StreamTrainer.Model.Averaging;

namespace StreamTrainer.Model.Schedules;

/// <summary>The rate of stochastic weight averaging: another schedule until the mean begins, then by half a cosine to its own rate
/// (PyTorch's <c>SWALR</c> with <c>cos</c>).</summary>
public sealed class SwaRate : ISchedule
{
    private readonly ISchedule _before;
    private readonly SwaOptions _options;
    private readonly double _start, _lr;

    private SwaRate(ISchedule before, SwaOptions options, double start, double lr)
    {
        _before = before;
        _options = options;
        _start = start;
        _lr = lr;
    }

    /// <summary>A schedule, and over its end the rate of the mean where the recipe has one.</summary>
    public static ISchedule Over(ISchedule before, SwaOptions options)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(options);
        return options is { StartEpoch: { } start, Lr: { } lr } ? new SwaRate(before, options, start, lr) : before;
    }

    /// <inheritdoc/>
    public double RateAt(double epoch)
    {
        if (epoch < _start)
        {
            return _before.RateAt(epoch);
        }

        double way = _options.AnnealEpochs > 0 ? Math.Min((epoch - _start) / _options.AnnealEpochs, 1) : 1;
        double share = (1 - Math.Cos(Math.PI * way)) / 2;
        return _lr * share + _before.RateAt(_start) * (1 - share);
    }
}
