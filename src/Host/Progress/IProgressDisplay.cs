using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Progress;

/// <summary>
/// Shows a run while it goes. Events come on the training thread and only change what is to be shown; notes from any. What
/// cannot be shown (the reader is gone, the disk behind a redirection is full) never ends a run.
/// </summary>
internal interface IProgressDisplay : ITrainingObserver, IDisposable
{
    /// <summary>Shows a line that stays.</summary>
    void Note(string text);

    /// <summary>Leaves the terminal as it was found, where the process ends at once. Any thread.</summary>
    void Restore();
}
