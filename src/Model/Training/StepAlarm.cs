using StreamTrainer.Model.Health;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Model.Training;

/// <summary>Alarms about a step, with its samples. Any thread.</summary>
public static class StepAlarm
{
    /// <summary>Samples that an event names: of larger steps the first ones.</summary>
    private const int MostSamples = 4096;

    /// <summary>Makes one that ends the run.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="train">Its training set.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="kind">What is wrong.</param>
    /// <param name="message">The same in a sentence.</param>
    public static HealthAlarm Of(Recipe recipe, ISampleSource train, long step, HealthKind kind, string message)
    {
        ArgumentNullException.ThrowIfNull(train);
        (long epoch, long position, long[] samples) = TrainingBatches.OfStep(recipe, train.Count, step, MostSamples);
        return new HealthAlarm
        {
            Time = DateTime.UtcNow,
            Step = step + 1,
            Epoch = epoch,
            Kind = kind,
            Action = HealthAction.Stop,
            Message = message,
            Position = position,
            Samples = samples,
            Names = [.. samples.Select(train.NameOf)],
        };
    }
}
