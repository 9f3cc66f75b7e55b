using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Tests.Service;

/// <summary>Directories of runs that nobody trained, with logs of any length.</summary>
internal static class EventWriter
{
    private static readonly DateTime s_start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    /// <summary>Makes a run's directory.</summary>
    public static RunDirectory Run(string runs, string id) =>
        RunDirectory.Create(runs, id, new Recipe { Data = new() { Train = "demo:train" } }, ["test"]);

    /// <summary>Appends steps, one after the other.</summary>
    public static void Steps(RunDirectory run, long first, long last, Func<long, double> loss)
    {
        using EventLogWriter writer = EventLogWriter.Open(run.EventsFile);
        for (long step = first; step <= last; step++)
        {
            writer.Append(Step(step, loss(step)));
        }
    }

    /// <summary>Appends an event.</summary>
    public static void Append(RunDirectory run, TrainingEvent happened)
    {
        using EventLogWriter writer = EventLogWriter.Open(run.EventsFile);
        writer.Append(happened);
    }

    /// <summary>A step's record.</summary>
    public static StepLogged Step(long step, double loss) => new()
    {
        Time = s_start.AddSeconds(step),
        Step = step,
        Epoch = step / 100,
        Loss = loss,
        LearningRate = 0.1,
        ImagesPerSecond = 100,
        DataWaitShare = 0.01,
        SecondsLeft = 1000,
    };
}
