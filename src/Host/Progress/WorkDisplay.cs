using System.Globalization;
using StreamTrainer.Pipeline.Shards;

namespace StreamTrainer.Host.Progress;

/// <summary>Shows how far a command on many samples is: one line that changes on a terminal, else a line every few seconds. Any
/// thread; what cannot be shown ends nothing.</summary>
/// <param name="error">Where it shows.</param>
/// <param name="verb">What is done, as <c>packed</c>.</param>
/// <param name="quiet">Whether only notes are shown.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkDisplay(TextWriter error, string verb, bool quiet, TimeProvider? time = null) : IDisposable
{
    private readonly StatusLine _line = new(error, quiet, PlainProgress.Between, time);

    /// <summary>Shows how far it is.</summary>
    public void Show(WorkProgress progress) => _line.Show(() => Text(verb, progress), always: progress.Done >= progress.Total);

    /// <summary>Shows a line that stays, also where it is quiet.</summary>
    public void Note(string text) => _line.Note(text);

    /// <summary>Takes the changing line away.</summary>
    public void Dispose() => _line.Dispose();

    /// <summary>A state as a line.</summary>
    internal static string Text(string verb, WorkProgress progress)
    {
        double left = progress.PerSecond > 0 ? (progress.Total - progress.Done) / progress.PerSecond : double.PositiveInfinity;
        double share = progress.Total == 0 ? 1 : progress.Done / (double)progress.Total;
        return string.Create(CultureInfo.InvariantCulture,
            $"{verb} {progress.Done}/{progress.Total} ({100 * share:F0} %)  {progress.PerSecond:F0} images/s  {progress.BytesPerSecond / 1e6:F0} MB/s  {ProgressText.Duration(left)} left");
    }
}
