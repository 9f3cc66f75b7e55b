using System.Diagnostics;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Diagnostics;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Model.Training;

/// <summary>Says every few seconds where the time went. Training thread only.</summary>
internal sealed class TimesReporter(ITrainingObserver observer, PhaseClock clock, TrainingFlow flow, ISampleSource train)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);

    private Dictionary<string, double> _phases = [], _stages = [], _stalls = [];
    private long _since = Stopwatch.GetTimestamp();

    /// <summary>A step is done: tells, where it is time.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="last">Whether it is the last: what is left is told.</param>
    public void StepDone(long step, bool last)
    {
        if (!last && Stopwatch.GetElapsedTime(_since) < s_every)
        {
            return;
        }

        _since = Stopwatch.GetTimestamp();
        PipelineOccupancy occupancy = flow.TakeOccupancy();
        Dictionary<string, double> phases = Since(clock.Snapshot(), ref _phases);
        observer.On(new TimesLogged
        {
            Time = DateTime.UtcNow,
            Step = step,
            Seconds = phases.Values.Sum(),
            Phases = phases,
            Stages = Since(flow.Stages, ref _stages),
            Stalls = Since(flow.Stalls.Seconds, ref _stalls),
            Ready = occupancy.Ready,
            Slots = occupancy.Slots,
            Queued = occupancy.Queued,
            QueueCapacity = occupancy.QueueCapacity,
            ActiveWorkers = occupancy.ActiveWorkers,
            Workers = occupancy.Workers,
            Readers = occupancy.Readers,
            Cores = Environment.ProcessorCount,
            Slowest = [.. flow.TakeSlowest().Where(slow => slow.Index >= 0 && slow.Index < train.Count)
                .Select(slow => new SlowSampleRecord { Index = slow.Index, Sample = train.NameOf(slow.Index), Stage = slow.Stage, Seconds = slow.Seconds })],
        });
    }

    private static Dictionary<string, double> Since(IEnumerable<KeyValuePair<string, double>> now, ref Dictionary<string, double> before)
    {
        Dictionary<string, double> all = new(now);
        Dictionary<string, double> earlier = before;
        before = all;
        // Filling up at the start is taken out of the stalls once it is over.
        return all.ToDictionary(entry => entry.Key, entry => Math.Max(0, entry.Value - earlier.GetValueOrDefault(entry.Key)));
    }
}
