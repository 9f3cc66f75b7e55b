using System.Globalization;
using Microsoft.Extensions.Logging;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Health;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Replay;

/// <summary>Does a step of a run again, by the training's own code, from the nearest checkpoint before it. The run is only read.</summary>
/// <param name="run">The run.</param>
/// <param name="logger">Warnings.</param>
/// <param name="note">Told where it begins and how long that takes.</param>
internal sealed class StepReplay(RunDirectory run, ILogger logger, Action<string> note)
{
    /// <summary>Seconds of training from the start that nobody needs to be asked for.</summary>
    private const double Cheap = 120;

    private readonly RunHistory _history = RunHistory.Of(run);

    /// <summary>The run's recipe, as it is replayed.</summary>
    public Recipe Recipe { get; private set; } = run.ReadRecipe();

    /// <summary>Does it, on the calling thread.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="fromStart">Whether it may train from the start, however long that takes.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="UserErrorException">There is no such step, the data have changed, or it would take long and nobody asked for it.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public ReplayReport Run(long step, bool fromStart, CancellationToken stop)
    {
        StepRecord record = _history.Find(step)
            ?? throw new UserErrorException(_history.Steps == 0
                ? $"{run.Path}: the run has done no step yet"
                : Text($"--step: {step} is not a step of the run, which has done 1 to {_history.Steps}"));
        string? checkpoint = new CheckpointStore(run.CheckpointDirectory, 1).LatestSound((path, why) => RunLog.CheckpointSkipped(logger, path, why), record.LastCheckpoint + 1);
        TrainProgress? books = checkpoint is null ? null : CheckpointStore.ReadProgress(checkpoint);
        long from = books?.Step ?? 0;
        SayCost(step, from, fromStart);
        Recipe = Replayed(books);
        using TrainingData data = TrainingData.Open(Recipe, logger);
        CheckData(data.Train, record);
        var probe = new StepProbe(step - 1);
        var losses = new Losses();
        var job = new TrainingJob
        {
            Recipe = Recipe,
            Data = data,
            CheckpointDirectory = run.CheckpointDirectory,
            ResumeFrom = checkpoint,
            InitialWeights = checkpoint is null && Recipe.Train.From is { } weights ? RunWeights.ToStartFrom(weights, note) : null,
            Probe = probe,
            RateFactor = record.FactorAt,
            Logger = logger,
        };
        Trainer.Run(job, losses, stop);
        stop.ThrowIfCancellationRequested();
        return Report(record, from, probe, losses.ByStep, data.Train);
    }

    private ReplayReport Report(StepRecord record, long from, StepProbe probe, Dictionary<long, double> losses, ISampleSource train)
    {
        StepOutcome outcome = probe.Outcome ?? throw new InvalidOperationException("the step was not done");
        PipelinePlan plan = TrainingBatches.Plan(Recipe, train.Count);
        (long epoch, long batch) = Math.DivRem(record.Step - 1, plan.BatchesPerEpoch(train.Count));
        RankPartition partition = plan.Partition;
        (long Step, double Loss)[] way = [.. losses.Where(each => each.Key < record.Step && record.Losses.ContainsKey(each.Key)).Select(each => (each.Key, each.Value))];
        return new ReplayReport
        {
            Run = run.Path,
            Step = record.Step,
            Epoch = epoch,
            Position = batch * partition.StepSize,
            From = from,
            Loss = outcome.Loss,
            RecordedLoss = record.Loss,
            Equal = record.Loss?.Equals(outcome.Loss),
            RecordedOnTheWay = way.Length,
            EqualOnTheWay = way.Count(each => record.Losses[each.Step].Equals(each.Loss)),
            GradientNorm = outcome.GradientNorm,
            LearningRate = probe.LearningRate,
            Alarm = record.Alarm?.Message,
            Rows = [.. probe.Samples.Select((sample, row) => new ReplayRow(
                row, partition.PositionOf(batch, row), sample, train.PathOf(sample), train.LabelOf(sample), train.ClassNames[train.LabelOf(sample)], probe.Losses[row]))
                // What is no number is above all others.
                .OrderByDescending(row => double.IsNaN(row.Loss) ? double.PositiveInfinity : row.Loss).ThenBy(row => row.Row)],
        };
    }

    /// <summary>The recipe without what would leave the way: the run did not, before this step.</summary>
    private Recipe Replayed(TrainProgress? books)
    {
        Recipe recipe = run.ReadRecipe();
        HealthOptions health = recipe.Health;
        return recipe with
        {
            Health = health with
            {
                LossNotFinite = health.LossNotFinite == HealthAction.Skip ? HealthAction.Skip : HealthAction.Stop,
                GradientExplosion = health.GradientExplosion == HealthAction.RollBack ? HealthAction.Warn : health.GradientExplosion,
            },
            Log = new() { EverySteps = 1 },
            // For the same bits.
            Train = recipe.Train with { Threads = recipe.Train.Threads ?? books?.Threads },
        };
    }

    private void SayCost(long step, long from, bool fromStart)
    {
        long steps = step - from;
        double? seconds = _history.ImagesPerSecond is > 0 and var rate ? steps * Recipe.Train.BatchSize / rate : null;
        string cost = Text($"{Counted.Of(steps, "step")}{(seconds is { } known ? $", about {Progress.ProgressText.Duration(known)}" : "")}");
        if (from == 0 && !fromStart && seconds is not < Cheap && steps > 1)
        {
            throw new UserErrorException($"{run.Path}: no checkpoint before step {step} is there any more, and from the start it is {cost}; --from-start does it, and checkpoint.keepEvery keeps some for other runs");
        }

        note(from == 0 ? $"from the start: {cost}" : Text($"from the checkpoint after step {from}: {cost}"));
    }

    /// <summary>The samples are those that the run saw, as far as the log tells.</summary>
    private void CheckData(ISampleSource train, StepRecord record)
    {
        if (_history.Started is { } started && started.TrainSamples != train.Count)
        {
            throw new UserErrorException(Text($"{run.Path}: the run had {started.TrainSamples} training samples and {train.Name} now has {train.Count}, which is another order; restore the data"));
        }

        if (record.Alarm is not { } alarm)
        {
            return;
        }

        for (int i = 0; i < alarm.Samples.Count; i++)
        {
            if (train.NameOf(alarm.Samples[i]) != alarm.Names[i])
            {
                throw new UserErrorException(Text($"{run.Path}: sample {alarm.Samples[i]} was {alarm.Names[i]} and now is {train.NameOf(alarm.Samples[i])}; restore the data"));
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Keeps every step's loss.</summary>
    private sealed class Losses : ITrainingObserver
    {
        public Dictionary<long, double> ByStep { get; } = [];

        public void On(TrainingEvent happened)
        {
            if (happened is StepLogged { StepLoss: { } loss } step)
            {
                ByStep[step.Step] = loss;
            }
        }
    }
}
