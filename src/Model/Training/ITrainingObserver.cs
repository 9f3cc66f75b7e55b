namespace StreamTrainer.Model.Training;

/// <summary>Hears what happens in a run, on the training thread, in order. It must be quick: the device waits for it.</summary>
public interface ITrainingObserver
{
    /// <summary>Something happened.</summary>
    void On(TrainingEvent happened);
}
