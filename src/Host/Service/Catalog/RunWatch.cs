using System.Collections.Immutable;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service.Queue;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Service.Catalog;

/// <summary>
/// Reads what changed in a run's directory since the last look. A run at rest costs a look at its folder's time; one that trains, what its
/// event log grew by. For any thread.
/// </summary>
internal sealed class RunWatch
{
    /// <summary>The end of an event log that is read when a run is seen for the first time: hundreds of records.</summary>
    private const int Tail = 64 * 1024;

    /// <summary>Its beginning, where the first start stands.</summary>
    private const int Head = 4 * 1024;

    private static readonly TimeSpan s_recent = TimeSpan.FromMinutes(3);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private RunFacts _facts;
    private DateTime _folderTime, _summaryTime;
    private long _offset;
    private bool _looked;

    /// <summary>Watches a run.</summary>
    public RunWatch(RunDirectory run, TimeProvider time)
    {
        _time = time;
        _facts = new RunFacts { Run = run };
    }

    /// <summary>What was seen last.</summary>
    public RunFacts Facts => Volatile.Read(ref _facts);

    /// <summary>Looks again, where something may have changed.</summary>
    /// <returns>What is there now.</returns>
    /// <exception cref="IOException">The directory went away, or cannot be read.</exception>
    public RunFacts Look()
    {
        lock (_lock)
        {
            RunDirectory run = _facts.Run;
            DateTime folder = Directory.GetLastWriteTimeUtc(run.Path);
            if (!_looked)
            {
                First(run);
            }
            else if (folder == _folderTime && !_facts.IsAlive)
            {
                return _facts;
            }

            RunFacts next = _facts;
            DateTime summary = File.GetLastWriteTimeUtc(run.SummaryFile);
            if (summary != _summaryTime)
            {
                _summaryTime = summary;
                next = next with { Summary = RunRemains.Summary(run) };
                next = next with { Model = next.Summary?.Model is { Length: > 0 } model ? model : next.Model };
            }

            next = next with { Owner = RunLock.LiveOwner(run), OtherHost = RunActivity.OfOtherHost(run, _time.GetUtcNow().UtcDateTime) };
            next = News(run).Aggregate(next, With);

            next = next with { LogLength = _offset };
            if (next.Evaluation is null && next.Summary is { Top1: null, State: not RunState.Completed })
            {
                next = next with { Evaluation = OfCheckpoint(run) };
            }

            _folderTime = folder;
            _looked = true;
            Volatile.Write(ref _facts, next);
            return next;
        }
    }

    private void First(RunDirectory run)
    {
        (DateTime created, string model, string description) = Made(run);
        RunFacts facts = _facts with { Created = created, Model = model, Description = description };
        long length = File.Exists(run.EventsFile) ? new FileInfo(run.EventsFile).Length : 0;
        if (length > Head + Tail)
        {
            facts = Read(() => EventLogReader.ReadFirst(run.EventsFile, Head)).Aggregate(facts, With);
            _offset = length - Tail;
        }

        Volatile.Write(ref _facts, facts);
    }

    private IReadOnlyList<TrainingEvent> News(RunDirectory run) => Read(() => EventLogReader.ReadFrom(run.EventsFile, ref _offset));

    private static IReadOnlyList<TrainingEvent> Read(Func<IReadOnlyList<TrainingEvent>> read)
    {
        try
        {
            return read();
        }
        catch (UserErrorException)
        {
            // What lies there is no log; all else of the run is shown all the same, and who asks for its events is told.
            return [];
        }
    }

    private static RunFacts With(RunFacts facts, TrainingEvent happened) => happened switch
    {
        RunStarted started => facts with { Started = started, Step = facts.Step?.Step > started.Step ? null : facts.Step },
        StepLogged step => facts with { Step = step },
        TimesLogged times => facts with { Times = Recent(facts.Times.Enqueue(times), times.Time) },
        Evaluated scored => facts with { Evaluation = new EvaluationFacts(scored.Top1, scored.Top5, Math.Max(scored.Top1, facts.Evaluation?.BestTop1 ?? 0)) },
        _ => facts,
    };

    private static ImmutableQueue<TimesLogged> Recent(ImmutableQueue<TimesLogged> times, DateTime now)
    {
        while (now - times.Peek().Time > s_recent)
        {
            times = times.Dequeue();
        }

        return times;
    }

    private static EvaluationFacts? OfCheckpoint(RunDirectory run)
    {
        try
        {
            return new CheckpointStore(run.CheckpointDirectory, keep: 1).Latest() is { } latest && CheckpointStore.ReadProgress(latest) is { LastEvaluation: { } scored } progress
                ? new EvaluationFacts(scored.Top1, scored.Top5, progress.BestTop1)
                : null;
        }
        catch (Exception error) when (error is UserErrorException or RunFailedException or IOException)
        {
            // It is being replaced, or damaged; the next evaluation tells.
            return null;
        }
    }

    private static (DateTime Created, string Model, string Description) Made(RunDirectory run)
    {
        DateTime created = TicketFile.Read(run)?.Submitted ?? Directory.GetCreationTimeUtc(run.Path);
        try
        {
            created = RunEnvironment.Read(run).Time;
        }
        catch (UserErrorException)
        {
            // The folder's own time does.
        }

        try
        {
            Recipe recipe = run.ReadRecipe();
            return (created, recipe.Model.Name, recipe.Description);
        }
        catch (UserErrorException)
        {
            return (created, "", "");
        }
    }
}
