using StreamTrainer.Model.Training;

namespace StreamTrainer.Model.Tests.Training;

/// <summary>Keeps what happened, and may act on it.</summary>
internal sealed class EventList(Action<TrainingEvent>? then = null) : ITrainingObserver
{
    public List<TrainingEvent> Events { get; } = [];

    public void On(TrainingEvent happened)
    {
        Events.Add(happened);
        then?.Invoke(happened);
    }
}
