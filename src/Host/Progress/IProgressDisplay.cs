using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Progress;

/// <summary>Shows a run while it goes. Events come on the training thread and only change what is to be shown; notes from any.</summary>
internal interface IProgressDisplay : ITrainingObserver, IDisposable
{
    /// <summary>Shows a line that stays.</summary>
    void Note(string text);
}
