using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Health;
using StreamTrainer.Model.Tests.Training;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Sources;
using Xunit;

namespace StreamTrainer.Model.Tests.Health;

/// <summary>What a run does where it goes wrong, and that it does the same after a stop.</summary>
public sealed class TrainerHealthTests : IDisposable
{
    private readonly TinyData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void AStopTellsTheStepItsSamplesAndWhatToDo()
    {
        Recipe recipe = Diverging(new() { GradientExplosion = HealthAction.Off });
        var events = new EventList();
        var error = Assert.Throws<RunFailedException>(() => Run(recipe, "stop", events));
        HealthAlarm alarm = Assert.Single(events.Events.OfType<HealthAlarm>());
        Assert.Contains($"the loss is NaN at step {alarm.Step}", error.Message, StringComparison.Ordinal);
        Assert.Contains("optimizer.lr", error.Message, StringComparison.Ordinal);
        Assert.Contains($"replay RUN --step {alarm.Step}", error.Message, StringComparison.Ordinal);
        Assert.Equal((HealthKind.LossNotFinite, HealthAction.Stop), (alarm.Kind, alarm.Action));
        Assert.Equal(1, alarm.Epoch);
        Assert.Equal(8 * (alarm.Step - 1 - 12), alarm.Position);
        Assert.True(double.IsNaN(alarm.Loss!.Value));
        // The samples are those of the order, whatever mixed them.
        using ISampleSource source = SampleSources.Open(recipe.Data.Train);
        Assert.Equal(TrainingBatches.OfStep(recipe, source.Count, alarm.Step - 1).Samples, alarm.Samples);
        Assert.Equal(alarm.Samples.Select(source.NameOf), alarm.Names);
        // What was saved before still stands, and is sound.
        string kept = new CheckpointStore(Checkpoints("stop"), 1).Latest()!;
        Assert.Equal(12, CheckpointStore.ReadProgress(kept).Step);
        Assert.Null(CheckpointStore.Fault(kept));
    }

    [Fact]
    public void ARollBackGoesOnFromTheLastCheckpointAtALowerRate()
    {
        Recipe recipe = Diverging(new() { LossNotFinite = HealthAction.RollBack, RollBackRate = 0.001, GradientExplosion = HealthAction.Off }, rate: 2000);
        var events = new EventList();
        TrainingResult whole = Run(recipe, "back", events);
        Assert.Equal(RunState.Completed, whole.State);
        Assert.Equal((1, 1), (whole.Alarms, whole.RollBacks));
        HealthAlarm alarm = Assert.Single(events.Events.OfType<HealthAlarm>());
        Assert.Equal((HealthAction.RollBack, 12L, 0.001), (alarm.Action, alarm.RolledBackTo, alarm.RateFactor));
        HealthState health = CheckpointStore.ReadProgress(new CheckpointStore(Checkpoints("back"), 1).Latest()!).Health!;
        Assert.Equal((1, 0.001, 12L), (health.RollBacks, health.RateFactor, health.RolledBackTo));
        double before = events.Events.OfType<StepLogged>().First(step => step.Step == 13).LearningRate, after = events.Events.OfType<StepLogged>().Last(step => step.Step == 13).LearningRate;
        Assert.Equal(0.001, after / before, 1e-9);

        // Killed after the roll back, before the next checkpoint, or stopped later: the same end.
        foreach (int at in (int[])[13, 17])
        {
            string name = $"back-{at}";
            using (var stop = new CancellationTokenSource())
            {
                var stopper = new EventList(happened =>
                {
                    if (happened is StepLogged { LearningRate: < 10 } step && step.Step == at)
                    {
                        stop.Cancel();
                    }
                });
                Assert.Equal(RunState.Stopped, Trainer.Run(Job(recipe, name, null), stopper, stop.Token).State);
            }

            var store = new CheckpointStore(Checkpoints(name), 1);
            Assert.Equal(at, CheckpointStore.ReadProgress(store.Latest()!).Step);
            if (at == 13)
            {
                // As if it had been killed: the checkpoint of the stop is not there.
                Directory.Delete(store.Latest()!, recursive: true);
            }

            Assert.Equal(RunState.Completed, Run(recipe, name, from: store.Latest()).State);
            foreach (string file in (string[])[CheckpointStore.ModelFile, CheckpointStore.OptimizerFile, CheckpointStore.EmaFile, CheckpointStore.StateFile])
            {
                Assert.True(Bytes("back", file).AsSpan().SequenceEqual(Bytes(name, file)), $"stopped after step {at}: another {file}");
            }
        }

        byte[] Bytes(string name, string file) => File.ReadAllBytes(Path.Combine(new CheckpointStore(Checkpoints(name), 1).Latest()!, file));
    }

    [Fact]
    public void RollingBackHasAnEndAndGoesFurtherBackEachTime()
    {
        // 1e37 of a thousandth is still too much.
        Recipe recipe = Diverging(new() { LossNotFinite = HealthAction.RollBack, RollBackRate = 0.9, MaxRollBacks = 3, GradientExplosion = HealthAction.Off });
        recipe = recipe with { Checkpoint = recipe.Checkpoint with { EverySteps = 4, EveryEpochs = null } };
        var events = new EventList();
        var error = Assert.Throws<RunFailedException>(() => Run(recipe, "end", events));
        Assert.Contains("after 3 roll backs (health.maxRollBacks)", error.Message, StringComparison.Ordinal);
        HealthAlarm[] alarms = [.. events.Events.OfType<HealthAlarm>()];
        Assert.Equal([12L, 8L, 12L, null], alarms.Select(alarm => alarm.RolledBackTo));
        Assert.Equal(HealthAction.Stop, alarms[^1].Action);
    }

    [Fact]
    public void WithoutACheckpointItBeginsAnewFromTheFirstStep()
    {
        Recipe recipe = _data.Recipe(6);
        recipe = recipe with
        {
            Optimizer = new() { Lr = 1e25 },
            Schedule = new() { Name = Model.Schedules.ScheduleKind.Constant },
            Health = new() { LossNotFinite = HealthAction.RollBack, RollBackRate = 0.001, MaxRollBacks = 20, GradientExplosion = HealthAction.Off },
        };
        var events = new EventList();
        TrainingResult result = Run(recipe, "first", events);
        Assert.Equal(RunState.Completed, result.State);
        Assert.All(events.Events.OfType<HealthAlarm>(), alarm => Assert.Equal(0, alarm.RolledBackTo));
        Assert.True(result.RollBacks > 1);
    }

    [Fact]
    public void SkippedExplosionsAreCountedAndTheSameAfterAStop()
    {
        Recipe recipe = _data.Recipe(40);
        // So low a factor finds some in any run.
        recipe = recipe with { Health = new() { GradientExplosion = HealthAction.Skip, ExplosionFactor = 1.1, MaxSkips = 100 } };
        var events = new EventList();
        TrainingResult whole = Run(recipe, "whole", events);
        HealthAlarm[] alarms = [.. events.Events.OfType<HealthAlarm>()];
        Assert.NotEmpty(alarms);
        Assert.Equal(alarms.Length, whole.SkippedSteps);
        Assert.All(alarms, alarm => Assert.True(alarm.GradientNorm >= 1.1 * alarm.MeanNorm && alarm.Action == HealthAction.Skip));
        long at = alarms[^1].Step - 1;
        using (var stop = new CancellationTokenSource())
        {
            Trainer.Run(Job(recipe, "parts", null), new EventList(happened =>
            {
                if (happened is StepLogged step && step.Step == at)
                {
                    stop.Cancel();
                }
            }), stop.Token);
        }

        Assert.Equal(whole.SkippedSteps, Run(recipe, "parts", from: new CheckpointStore(Checkpoints("parts"), 1).Latest()).SkippedSteps);
        Assert.True(Weights("whole", 40).AsSpan().SequenceEqual(Weights("parts", 40)));
        // They make a difference.
        Run(recipe with { Health = new() { GradientExplosion = HealthAction.Off } }, "off");
        Assert.False(Weights("whole", 40).AsSpan().SequenceEqual(Weights("off", 40)));
    }

    [Theory]
    [InlineData(HealthAction.Warn)]
    [InlineData(HealthAction.Stop)]
    [InlineData(HealthAction.RollBack)]
    public void AnAccuracyThatCollapsesIsSeen(HealthAction action)
    {
        using var data = new TinyData(train: 480, val: 200);
        Recipe recipe = Collapsing(data, action);
        var events = new EventList();
        if (action == HealthAction.Stop)
        {
            var error = Assert.Throws<RunFailedException>(() => Run(recipe, "collapse", events));
            Assert.Contains("top-1 is ", error.Message, StringComparison.Ordinal);
            Assert.Contains("health.accuracyCollapse", error.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(RunState.Completed, Run(recipe, "collapse", events).State);
        }

        HealthAlarm alarm = events.Events.OfType<HealthAlarm>().First();
        Assert.Equal((HealthKind.AccuracyCollapse, action), (alarm.Kind, alarm.Action));
        if (action == HealthAction.RollBack)
        {
            Evaluated best = events.Events.TakeWhile(happened => happened != alarm).OfType<Evaluated>().MaxBy(scored => scored.Top1)!;
            Assert.Equal(best.Step, alarm.RolledBackTo);
        }
    }

    /// <summary>Trains well for an epoch, then at a rate that nothing survives.</summary>
    private Recipe Diverging(HealthOptions health, double rate = 1e20)
    {
        Recipe recipe = _data.Recipe(20);
        return recipe with
        {
            Optimizer = new() { Lr = rate },
            Schedule = new() { Name = Model.Schedules.ScheduleKind.Constant, WarmupEpochs = 1, WarmupLr = 0.05 },
            Checkpoint = recipe.Checkpoint with { EveryEpochs = 1 },
            Health = health,
        };
    }

    /// <summary>Learns in its first epoch, and forgets it all in the second.</summary>
    private static Recipe Collapsing(TinyData data, HealthAction action)
    {
        Recipe recipe = data.Recipe(120);
        return recipe with
        {
            Mix = new(),
            Ema = new(),
            Augment = recipe.Augment with { HorizontalFlip = 0, Padding = 1 },
            Optimizer = new() { Lr = 30, ClipGrad = 1 },
            Schedule = new() { Name = Model.Schedules.ScheduleKind.Constant, WarmupEpochs = 1, WarmupLr = 0.05 },
            Health = new() { AccuracyCollapse = action, RollBackRate = action == HealthAction.RollBack ? 0.001 : 0.5, GradientExplosion = HealthAction.Off },
            Checkpoint = recipe.Checkpoint with { EveryEpochs = 1 },
        };
    }

    private TrainingResult Run(Recipe recipe, string name, EventList? events = null, string? from = null) =>
        Trainer.Run(Job(recipe, name, from), events ?? new EventList(), CancellationToken.None);

    private TrainingJob Job(Recipe recipe, string name, string? from) => new()
    {
        Recipe = recipe with { Log = new() { EverySteps = 1 } },
        CheckpointDirectory = Checkpoints(name),
        ResumeFrom = from,
        Logger = NullLogger.Instance,
    };

    private string Checkpoints(string name) => Path.Combine(_data.Folder, name);

    private byte[] Weights(string name, long step) => File.ReadAllBytes(Path.Combine(Checkpoints(name), $"step-{step:D8}", CheckpointStore.ModelFile));
}
