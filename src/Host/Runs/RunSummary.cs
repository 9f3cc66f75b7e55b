using System.Text.Json;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Runs;

/// <summary>How a run stands or ended: <c>summary.json</c>, for scripts.</summary>
public sealed record RunSummary
{
    /// <summary>Phase of the time of a process that was killed or ended by an error: it told no phases.</summary>
    public const string LostPhase = "lost";

    /// <summary>How it stands. A run that says <c>running</c> without a live lock was killed.</summary>
    public RunState State { get; init; }

    /// <summary>The run's name.</summary>
    public string Id { get; init; } = "";

    /// <summary>The model's name.</summary>
    public string Model { get; init; } = "";

    /// <summary>The last evaluation's share of images whose class came first; null where there was none.</summary>
    public double? Top1 { get; init; }

    /// <summary>The last evaluation's share of images whose class came among the first five.</summary>
    public double? Top5 { get; init; }

    /// <summary>Loss of the last evaluation; of the last recorded steps where there was none.</summary>
    public double? Loss { get; init; }

    /// <summary>The best evaluation's top-1.</summary>
    public double? BestTop1 { get; init; }

    /// <summary>Epochs done.</summary>
    public double Epochs { get; init; }

    /// <summary>Steps done.</summary>
    public long Steps { get; init; }

    /// <summary>Wall time of all processes of the run together.</summary>
    public double WallSeconds { get; init; }

    /// <summary>Training images a second of training time, of the last process.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>Share of the training time that the trainer waited for data, of the last process.</summary>
    public double DataWaitShare { get; init; }

    /// <summary>The most memory that a process of the run took: of the process on a CPU, on a GPU what the driver had given away; null where
    /// the system does not tell.</summary>
    public double? PeakMemoryBytes { get; init; }

    /// <summary>Different samples that could not be used.</summary>
    public long BadSamples { get; init; }

    /// <summary>Steps whose update was left out: gradients overflowed fp16, or health's skip; null where there were none and fp16 is not used.</summary>
    public long? SkippedSteps { get; init; }

    /// <summary>How often something was wrong with the training (<c>health</c>), in all processes that told their end.</summary>
    public long Alarms { get; init; }

    /// <summary>How often the run rolled back.</summary>
    public long RollBacks { get; init; }

    /// <summary>Where the time went: seconds by phase of the training thread, of all processes; the sum is the wall time.</summary>
    public IReadOnlyDictionary<string, double> Phases { get; init; } = new Dictionary<string, double>();

    /// <summary>What the pipeline's threads did: seconds by stage, over all threads of all processes.</summary>
    public IReadOnlyDictionary<string, double> Stages { get; init; } = new Dictionary<string, double>();

    /// <summary>What the trainer waited for: seconds by stage, of all processes.</summary>
    public IReadOnlyDictionary<string, double> Stalls { get; init; } = new Dictionary<string, double>();

    /// <summary>What went wrong, where something did.</summary>
    public string? Error { get; init; }

    /// <summary>When the run's first process started, UTC.</summary>
    public DateTime StartedAt { get; init; }

    /// <summary>When the last process started, UTC.</summary>
    public DateTime ResumedAt { get; init; }

    /// <summary>When the last process ended, UTC; null while it runs.</summary>
    public DateTime? FinishedAt { get; init; }

    /// <summary>The summary of a run whose next process starts now; what processes before it came to is kept. Take the run's
    /// lock first.</summary>
    public static RunSummary Begin(RunDirectory run, Recipe recipe, DateTime now)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(recipe);
        if (Read(run) is not { } earlier)
        {
            return new RunSummary { State = RunState.Running, Id = run.Id, Model = recipe.Model.Name, StartedAt = now, ResumedAt = now };
        }

        double lost = earlier.State == RunState.Running ? LostSeconds(run, earlier.ResumedAt) : 0;
        return earlier with
        {
            State = RunState.Running,
            Error = null,
            ResumedAt = now,
            FinishedAt = null,
            WallSeconds = earlier.WallSeconds + lost,
            Phases = lost > 0 ? Sum(earlier.Phases, [KeyValuePair.Create(LostPhase, lost)]) : earlier.Phases,
        };
    }

    /// <summary>This summary with what its process came to.</summary>
    /// <param name="result">The result.</param>
    /// <param name="now">When it ended, UTC.</param>
    /// <param name="badSamples">Different samples that could not be used, over all processes; null: as the result says.</param>
    /// <param name="peakMemoryBytes">The most memory that it took; null: not known.</param>
    public RunSummary Finish(TrainingResult result, DateTime now, long? badSamples = null, double? peakMemoryBytes = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        return this with
        {
            State = result.State,
            Top1 = result.Top1,
            Top5 = result.Top5,
            Loss = result.Loss,
            BestTop1 = result.BestTop1,
            Epochs = result.Epochs,
            Steps = result.Steps,
            WallSeconds = WallSeconds + result.WallSeconds,
            ImagesPerSecond = result.ImagesPerSecond,
            DataWaitShare = result.DataWaitShare,
            PeakMemoryBytes = peakMemoryBytes is { } peak ? Math.Max(peak, PeakMemoryBytes ?? 0) : PeakMemoryBytes,
            BadSamples = badSamples ?? result.BadSamples,
            SkippedSteps = result.SkippedSteps,
            Alarms = Alarms + result.Alarms,
            RollBacks = result.RollBacks,
            Phases = Sum(Phases, result.Phases),
            Stages = Sum(Stages, result.Stages),
            Stalls = Sum(Stalls, result.Stalls?.Seconds ?? []),
            FinishedAt = now,
        };
    }

    /// <summary>This summary with the error that ended its process.</summary>
    public RunSummary Fail(string error, DateTime now)
    {
        double seconds = Math.Max(0, (now - ResumedAt).TotalSeconds);
        return this with
        {
            State = RunState.Failed,
            Error = error,
            FinishedAt = now,
            WallSeconds = WallSeconds + seconds,
            Phases = Sum(Phases, [KeyValuePair.Create(LostPhase, seconds)]),
        };
    }

    /// <summary>Writes the run's <c>summary.json</c>.</summary>
    /// <exception cref="IOException">The disk is full or the like; what stood there still stands.</exception>
    public static void Write(RunDirectory run, RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(run);
        AtomicFile.Write(run.SummaryFile, JsonSerializer.SerializeToUtf8Bytes(summary, RunJson.Default.RunSummary));
    }

    /// <summary>The run's summary; null where none is written yet.</summary>
    /// <exception cref="UserErrorException">It is damaged.</exception>
    public static RunSummary? Read(RunDirectory run)
    {
        ArgumentNullException.ThrowIfNull(run);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(run.SummaryFile), RunJson.Default.RunSummary);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"'{run.SummaryFile}' cannot be read ({error.Message}); remove it to go on without it", error);
        }
    }

    // A killed process told nothing at its end; the last thing it recorded is the last that is known of it.
    private static double LostSeconds(RunDirectory run, DateTime since)
    {
        DateTime last = EventLogReader.Read(run.EventsFile).Select(happened => happened.Time).Append(since).Max();
        return (last - since).TotalSeconds;
    }

    private static Dictionary<string, double> Sum(IEnumerable<KeyValuePair<string, double>> one, IEnumerable<KeyValuePair<string, double>> other)
    {
        Dictionary<string, double> sum = [];
        foreach ((string name, double seconds) in one.Concat(other))
        {
            sum[name] = sum.GetValueOrDefault(name) + seconds;
        }

        return sum;
    }
}
