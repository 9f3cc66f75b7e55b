using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Health;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Replay;

/// <summary>The ways that a run took, from its event log: a new one begins where it starts, resumes or rolls back. A step may lie on
/// several.</summary>
internal sealed class RunHistory
{
    private readonly List<Way> _ways = [];

    private RunHistory()
    {
    }

    /// <summary>Steps that the run has come to on any way.</summary>
    public long Steps => _ways.Count == 0 ? 0 : _ways.Max(way => way.End);

    /// <summary>Images a second, as last recorded; null where nothing was.</summary>
    public double? ImagesPerSecond { get; private set; }

    /// <summary>The run's first start.</summary>
    public RunStarted? Started { get; private set; }

    /// <summary>Reads a run's.</summary>
    public static RunHistory Of(RunDirectory run)
    {
        var history = new RunHistory();
        foreach (TrainingEvent happened in EventLogReader.Read(run.EventsFile))
        {
            switch (happened)
            {
                case RunStarted started:
                    history.Started ??= started;
                    history.Begin(started.Step, null, started.Ranks);
                    break;
                case StepLogged logged when history.Last is { } way:
                    way.Logged[logged.Step] = logged;
                    way.End = Math.Max(way.End, logged.Step);
                    history.ImagesPerSecond = logged.ImagesPerSecond;
                    break;
                case CheckpointSaved saved when history.Last is { } way:
                    way.End = Math.Max(way.End, saved.Step);
                    break;
                case HealthAlarm alarm when history.Last is { } way:
                    if (alarm.Position is not null)
                    {
                        way.Alarms[alarm.Step] = alarm;
                    }

                    way.End = Math.Max(way.End, alarm.Step);
                    if (alarm is { Action: HealthAction.RollBack, RolledBackTo: { } to })
                    {
                        history.Begin(to, alarm.RateFactor, way.Ranks);
                    }

                    break;
            }
        }

        return history;
    }

    /// <summary>What is known of a step: of the first way on which it was wrong, or else of the last that it lies on; null where it lies on
    /// none.</summary>
    /// <param name="step">The step, from 1.</param>
    public StepRecord? Find(long step)
    {
        int at = _ways.FindIndex(way => way.Alarms.ContainsKey(step));
        at = at >= 0 ? at : _ways.FindLastIndex(way => way.Start < step && step <= way.End);
        if (at < 0)
        {
            return null;
        }

        // Checkpoints after a later roll back's step belong to the way that it took; rates are those of the ways that led here.
        long limit = _ways.Skip(at + 1).Where(way => way.Factor is not null).Select(way => way.Start).Append(step - 1).Min();
        var rates = new SortedList<long, double>();
        foreach (Way way in _ways.Take(at + 1).Where(way => way.Factor is not null))
        {
            foreach (long later in rates.Keys.Where(start => start >= way.Start).ToArray())
            {
                rates.Remove(later);
            }

            rates[way.Start] = way.Factor!.Value;
        }

        var known = new SortedList<long, double>();
        foreach (Way way in _ways.Take(at + 1))
        {
            foreach (long later in known.Keys.Where(logged => logged > way.Start).ToArray())
            {
                known.Remove(later);
            }

            foreach ((long logged, StepLogged entry) in way.Logged)
            {
                if (entry.StepLoss is { } loss)
                {
                    known[logged] = loss;
                }
            }
        }

        return new StepRecord(step, _ways[at].Alarms.GetValueOrDefault(step), known, rates, limit, _ways[at].Ranks);
    }

    private Way? Last => _ways.Count == 0 ? null : _ways[^1];

    private void Begin(long start, double? factor, int ranks) => _ways.Add(new Way(start, factor, ranks) { End = start });

    /// <summary>A way.</summary>
    /// <param name="Start">The step that it begins after.</param>
    /// <param name="Factor">What the schedule's rate is multiplied by on it, where it begins with a roll back.</param>
    /// <param name="Ranks">Processes that train.</param>
    private sealed record Way(long Start, double? Factor, int Ranks)
    {
        public long End { get; set; }

        public Dictionary<long, StepLogged> Logged { get; } = [];

        public Dictionary<long, HealthAlarm> Alarms { get; } = [];
    }
}
