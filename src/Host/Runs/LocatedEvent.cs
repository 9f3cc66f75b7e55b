using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Runs;

/// <summary>An event and its place in the log.</summary>
/// <param name="End">The place behind its record: who has read so far goes on from there.</param>
/// <param name="Event">The event.</param>
internal readonly record struct LocatedEvent(long End, TrainingEvent Event);
