namespace StreamTrainer.Model.Schedules;

/// <summary>Makes schedules by their names; timm's arithmetic. A new one is a function and one line here.</summary>
public static class Schedules
{
    /// <summary>The schedule of a recipe.</summary>
    /// <param name="options">Which, and its numbers.</param>
    /// <param name="lr">The base rate.</param>
    /// <param name="epochs">Epochs of the run, those of the cool-down among them. With <see cref="ScheduleOptions.WarmupPrefix"/> a cosine and steps end so many epochs
    /// after the warm-up, as timm's do, whose run is then longer by it.</param>
    public static ISchedule Create(ScheduleOptions options, double lr, int epochs)
    {
        ArgumentNullException.ThrowIfNull(options);
        epochs -= options.CooldownEpochs;
        return new WarmedUp(options, lr, options.Name switch
        {
            ScheduleKind.Cosine => epoch => Cosine(options, lr, epochs, epoch),
            ScheduleKind.Step => epoch => lr * Math.Pow(options.DecayRate, Math.Floor(epoch / options.DecayEpochs)),
            // Straight down from the end of the warm-up, however it was counted.
            ScheduleKind.Linear => epoch => Linear(options, lr, epochs, options.WarmupPrefix ? epoch + options.WarmupEpochs : epoch),
            ScheduleKind.Constant => _ => lr,
            ScheduleKind.Exponential => epoch => lr * Math.Pow(options.DecayRate, Math.Min(epoch / epochs, 1)),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Name, "no schedule"),
        });
    }

    /// <summary>Loshchilov and Hutter, arXiv 1608.03983, one cycle.</summary>
    private static double Cosine(ScheduleOptions options, double lr, int epochs, double epoch) =>
        epoch >= epochs ? options.MinLr : options.MinLr + 0.5 * (lr - options.MinLr) * (1 + Math.Cos(Math.PI * epoch / epochs));

    private static double Linear(ScheduleOptions options, double lr, int epochs, double epoch)
    {
        double share = Math.Clamp((epoch - options.WarmupEpochs) / (epochs - options.WarmupEpochs), 0, 1);
        return lr + (options.MinLr - lr) * share;
    }

    private sealed class WarmedUp(ScheduleOptions options, double lr, Func<double, double> after) : ISchedule
    {
        public double RateAt(double epoch) =>
            epoch < options.WarmupEpochs
                ? options.WarmupLr + epoch * ((lr - options.WarmupLr) / options.WarmupEpochs)
                : after(options.WarmupPrefix ? epoch - options.WarmupEpochs : epoch);
    }
}
