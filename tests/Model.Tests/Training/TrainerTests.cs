using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Training;
using StreamTrainer.Model.Weights;
using StreamTrainer.Pipeline;
using Xunit;

namespace StreamTrainer.Model.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private readonly TinyData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_run_stopped_at_any_step_ends_with_the_weights_of_one_that_was_not()
    {
        const int Steps = 20;
        // Step 12 ends an epoch: a stop there comes between the mean of weights and the measurement of its batch norm.
        Recipe recipe = _data.Recipe(Steps) with { Swa = new() { StartEpoch = 1, CalibrationImages = 40 }, Checkpoint = new() { EverySteps = 12, Keep = 100 } };
        Train(recipe, "whole");
        byte[] expected = Weights("whole", Steps), expectedEma = Weights("whole", Steps, CheckpointStore.EmaFile), expectedSwa = Weights("whole", Steps, CheckpointStore.SwaFile);
        Assert.False(Weights("whole", 12, CheckpointStore.ModelFile).AsSpan().SequenceEqual(expected));

        var random = new Random(Environment.TickCount);
        int stop = random.Next(1, Steps);
        foreach (int at in new[] { stop, 12 })
        {
            string name = $"stopped-{at}-{random.Next()}";
            TrainingResult first = Train(recipe, name, stopAt: at);
            Assert.True(first.State == RunState.Stopped, $"the run that should stop at {at} ended as {first.State}");
            Assert.Equal(at, first.Steps);
            string from = new CheckpointStore(Checkpoints(name), 1).Latest()!;
            TrainingResult second = Train(recipe, name, from: from);
            Assert.Equal(RunState.Completed, second.State);
            Assert.True(expected.AsSpan().SequenceEqual(Weights(name, Steps)), $"stopped at {at}: other weights");
            Assert.True(expectedEma.AsSpan().SequenceEqual(Weights(name, Steps, CheckpointStore.EmaFile)), $"stopped at {at}: another average");
            Assert.True(expectedSwa.AsSpan().SequenceEqual(Weights(name, Steps, CheckpointStore.SwaFile)), $"stopped at {at}: another mean");
            Assert.True(Weights("whole", 12, CheckpointStore.SwaFile).AsSpan().SequenceEqual(Weights(name, 12, CheckpointStore.SwaFile)), $"stopped at {at}: another mean after step 12");
        }
    }

    [Theory]
    [InlineData(Model.Mixing.MixMode.Elem)]
    [InlineData(Model.Mixing.MixMode.Pair)]
    public void Images_that_are_mixed_one_by_one_are_mixed_the_same_after_a_stop(Model.Mixing.MixMode mode)
    {
        const int Steps = 8;
        Recipe recipe = _data.Recipe(Steps);
        recipe = recipe with { Mix = recipe.Mix with { Mode = mode, Floats = mode == Model.Mixing.MixMode.Pair, CutmixMinMax = [0.2, 0.8] } };
        Train(recipe, "whole");
        int stop = new Random(Environment.TickCount).Next(1, Steps);
        Train(recipe, "stopped", stopAt: stop);
        Assert.Equal(RunState.Completed, Train(recipe, "stopped", from: new CheckpointStore(Checkpoints("stopped"), 1).Latest()!).State);
        Assert.True(Weights("whole", Steps).AsSpan().SequenceEqual(Weights("stopped", Steps)), $"stopped at {stop}: other weights");
        // And the mode makes a difference.
        Train(recipe with { Mix = recipe.Mix with { Mode = Model.Mixing.MixMode.Batch } }, "batch");
        Assert.False(Weights("whole", Steps).AsSpan().SequenceEqual(Weights("batch", Steps)));
    }

    [Fact]
    public void A_run_in_fp16_goes_on_with_its_loss_scale()
    {
        Recipe recipe = _data.Recipe(8);
        recipe = recipe with { Train = recipe.Train with { Precision = Model.Precision.PrecisionMode.Fp16 } };
        TrainingResult whole = Train(recipe, "whole16");
        Train(recipe, "stopped16", stopAt: 5);
        string from = new CheckpointStore(Checkpoints("stopped16"), 1).Latest()!;
        Assert.Equal(5, CheckpointStore.ReadProgress(from).LossScale!.GoodSteps + CheckpointStore.ReadProgress(from).LossScale!.SkippedSteps);
        TrainingResult second = Train(recipe, "stopped16", from: from);
        Assert.Equal(RunState.Completed, second.State);
        Assert.Equal(whole.SkippedSteps, second.SkippedSteps);
        Assert.True(Weights("whole16", 8).AsSpan().SequenceEqual(Weights("stopped16", 8)));
    }

    [Fact]
    public void A_damaged_checkpoint_is_passed_over_and_written_again()
    {
        Recipe recipe = _data.Recipe(12) with { Checkpoint = new() { EverySteps = 4, EveryEpochs = null, Keep = 100 } };
        Train(recipe, "sound");
        var store = new CheckpointStore(Checkpoints("sound"), 100);
        byte[] weights = Weights("sound", 12), optimizer = Weights("sound", 12, CheckpointStore.OptimizerFile);
        var skipped = new List<string>();
        Assert.Equal(store.At(12), store.LatestSound((path, why) => skipped.Add(path)));
        Assert.Empty(skipped);

        // One bit in the newest, a file missing from the one before.
        string file = Path.Combine(store.At(12)!, CheckpointStore.OptimizerFile);
        byte[] damaged = [.. optimizer];
        damaged[^5] ^= 8;
        File.WriteAllBytes(file, damaged);
        File.Delete(Path.Combine(store.At(8)!, CheckpointStore.EmaFile));
        string from = store.LatestSound((path, why) => skipped.Add($"{Path.GetFileName(path)}: {why}"))!;
        Assert.Equal(store.At(4), from);
        Assert.Contains("optimizer.safetensors is damaged", skipped[0], StringComparison.Ordinal);
        Assert.Equal("step-00000008: ema.safetensors is missing", skipped[1]);

        Train(recipe, "sound", from: from);
        Assert.Null(CheckpointStore.Fault(store.At(8)!));
        Assert.Null(CheckpointStore.Fault(store.At(12)!));
        Assert.True(weights.AsSpan().SequenceEqual(Weights("sound", 12)) && optimizer.AsSpan().SequenceEqual(Weights("sound", 12, CheckpointStore.OptimizerFile)));
    }

    [Fact]
    public void Checkpoints_written_beside_training_are_those_that_it_waited_for()
    {
        Recipe recipe = _data.Recipe(16) with { Checkpoint = new() { EverySteps = 1, EveryEpochs = null, Keep = 100 } };
        var events = new EventList();
        Train(recipe, "beside", events);
        Train(recipe with { Checkpoint = recipe.Checkpoint with { Background = false } }, "waited");
        for (int step = 1; step <= 16; step++)
        {
            Assert.True(Weights("waited", step).AsSpan().SequenceEqual(Weights("beside", step)), $"step {step}: other weights");
            Assert.True(Weights("waited", step, CheckpointStore.OptimizerFile).AsSpan().SequenceEqual(Weights("beside", step, CheckpointStore.OptimizerFile)));
        }

        Assert.Equal(Enumerable.Range(1, 16).Select(step => (long)step), events.Events.OfType<CheckpointSaved>().Select(saved => saved.Step));
    }

    [Fact]
    public void Some_checkpoints_are_kept_for_good()
    {
        Recipe recipe = _data.Recipe(12) with { Data = _data.Recipe().Data with { Val = null }, Checkpoint = new() { EverySteps = 1, EveryEpochs = null, Keep = 2, KeepEvery = 5 } };
        Train(recipe, "every");
        Assert.Equal(["step-00000005", "step-00000010", "step-00000011", "step-00000012"],
            Directory.GetDirectories(Checkpoints("every")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_number_of_workers_changes_nothing()
    {
        Recipe recipe = _data.Recipe(6);
        Train(recipe, "two");
        Train(recipe with { Data = recipe.Data with { Workers = 5, Readers = 3 } }, "five");
        Assert.True(Weights("two", 6).AsSpan().SequenceEqual(Weights("five", 6)));
    }

    [Fact]
    public void Resuming_on_more_samples_is_refused()
    {
        Recipe recipe = _data.Recipe(12);
        Train(recipe, "moved", stopAt: 5);
        // As many steps an epoch, and yet another order.
        using var more = new TinyData(train: 97);
        string from = new CheckpointStore(Checkpoints("moved"), 1).Latest()!;
        var error = Assert.Throws<UserErrorException>(() => Train(recipe with { Data = recipe.Data with { Train = more.Train } }, "moved", from: from));
        Assert.Contains("96 training samples", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_average_begins_after_the_data_had_its_part_in_the_weights()
    {
        Recipe recipe = _data.Recipe(2);
        recipe = recipe with { Model = new() { Name = "airbench32_cifar" }, Mix = new(), Ema = new() { Decay = 0.999 } };
        Train(recipe, "whitened");
        using var scope = TorchSharp.torch.NewDisposeScope();
        TorchSharp.torch.Tensor[] stems = [.. new[] { CheckpointStore.ModelFile, CheckpointStore.EmaFile }
            .Select(file => Safetensors.Read(Path.Combine(new CheckpointStore(Checkpoints("whitened"), 1).Latest()!, file))["whiten.weight"])];
        Assert.True(stems[0].abs().max().item<float>() > 0.01f);
        Assert.True(stems[0].allclose(stems[1], 1e-5, 1e-6));
    }

    [Fact]
    public void Another_seed_gives_other_weights()
    {
        Recipe recipe = _data.Recipe(3);
        Train(recipe, "seven");
        Train(recipe with { Train = recipe.Train with { Seed = 8 } }, "eight");
        Assert.False(Weights("seven", 3).AsSpan().SequenceEqual(Weights("eight", 3)));
    }

    [Fact]
    public void It_learns_what_is_there_to_learn()
    {
        Recipe recipe = _data.Recipe(48) with { Mix = new(), Ema = new(), Augment = _data.Recipe().Augment with { HorizontalFlip = 0, Padding = 1 } };
        var events = new EventList();
        TrainingResult result = Train(recipe, "learns", events);
        Assert.True(result.Top1 > 0.5, $"top-1 is {result.Top1}");
        Assert.Equal(4, result.Epochs);
        Assert.Equal(4, events.Events.OfType<Evaluated>().Count());
        Assert.Equal(4, events.Events.OfType<EpochFinished>().Count());
    }

    [Fact]
    public void The_phases_add_up_to_the_wall_time()
    {
        TrainingResult result = Train(_data.Recipe(8), "time");
        double sum = result.Phases.Sum(phase => phase.Value);
        Assert.InRange(sum / result.WallSeconds, 0.98, 1.02);
        Assert.InRange(result.DataWaitShare, 0, 1);
        Assert.True(result.ImagesPerSecond > 0);
    }

    [Fact]
    public void Events_come_in_order_and_end_with_the_end()
    {
        var events = new EventList();
        Train(_data.Recipe(24), "events", events);
        Assert.IsType<RunStarted>(events.Events[0]);
        Assert.IsType<RunFinished>(events.Events[^1]);
        Assert.Equal(events.Events.OfType<StepLogged>().Select(e => e.Step).Order(), events.Events.OfType<StepLogged>().Select(e => e.Step));
        Assert.Equal(24, events.Events.OfType<StepLogged>().Last().Step);
        Assert.Equal(["model", "ema", "model", "ema"], events.Events.OfType<Evaluated>().Select(e => e.Weights));
        Assert.All(events.Events, e => Assert.Equal(DateTimeKind.Utc, e.Time.Kind));
    }

    [Fact]
    public void A_run_stopped_in_an_evaluation_evaluates_when_it_goes_on()
    {
        Recipe recipe = _data.Recipe(12);
        using var stop = new CancellationTokenSource();
        // The model's own evaluation is over, the average's is about to begin.
        var events = new EventList(happened =>
        {
            if (happened is Evaluated)
            {
                stop.Cancel();
            }
        });
        TrainingResult first = Trainer.Run(Job(recipe, "eval", null), events, stop.Token);
        Assert.Equal(RunState.Stopped, first.State);
        Assert.Null(first.Top1);
        TrainingResult second = Train(recipe, "eval", from: new CheckpointStore(Checkpoints("eval"), 1).Latest());
        Assert.Equal(RunState.Completed, second.State);
        Assert.NotNull(second.Top1);
        Assert.NotNull(CheckpointStore.ReadProgress(Path.Combine(Checkpoints("eval"), "step-00000012")).LastEvaluation);
    }

    [Fact]
    public void A_loss_that_is_no_number_ends_the_run_with_advice()
    {
        Recipe recipe = _data.Recipe(20) with { Optimizer = new() { Lr = 1e30 }, Schedule = new() { Name = StreamTrainer.Model.Schedules.ScheduleKind.Constant } };
        var events = new EventList();
        var error = Assert.Throws<RunFailedException>(() => Train(recipe, "nan", events));
        Assert.Contains("optimizer.lr", error.Message, StringComparison.Ordinal);
        var end = Assert.IsType<RunFinished>(events.Events[^1]);
        Assert.Equal(RunState.Failed, end.State);
    }

    [Fact]
    public void Too_few_classes_in_the_recipe_is_the_users_mistake()
    {
        Recipe recipe = _data.Recipe(2);
        var error = Assert.Throws<UserErrorException>(() => Train(recipe with { Model = recipe.Model with { NumClasses = 3 } }, "classes"));
        Assert.Contains("model.numClasses", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resuming_on_other_data_is_refused()
    {
        Recipe recipe = _data.Recipe(6);
        Train(recipe, "before", stopAt: 3);
        string from = new CheckpointStore(Checkpoints("before"), 1).Latest()!;
        using var other = new TinyData(train: 64);
        var error = Assert.Throws<UserErrorException>(() => Train(recipe with { Data = recipe.Data with { Train = other.Train } }, "before", from: from));
        Assert.Contains("steps an epoch", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_checkpoints_and_the_best_are_kept()
    {
        Recipe recipe = _data.Recipe(48) with { Checkpoint = new() { EverySteps = 5, EveryEpochs = null, Keep = 2 } };
        Train(recipe, "kept");
        var store = new CheckpointStore(Checkpoints("kept"), 2);
        long best = CheckpointStore.ReadProgress(store.Latest()!).BestStep!.Value;
        long[] kept = [.. Directory.GetDirectories(Checkpoints("kept")).Select(path => long.Parse(Path.GetFileName(path)[5..], System.Globalization.CultureInfo.InvariantCulture)).Order()];
        Assert.Equal(new SortedSet<long> { 45, 48, best }, kept);
    }

    private TrainingResult Train(Recipe recipe, string name, EventList? events = null, int? stopAt = null, string? from = null)
    {
        using var stop = new CancellationTokenSource();
        var stopper = new EventList(happened =>
        {
            events?.On(happened);
            if (happened is StepLogged step && step.Step == stopAt)
            {
                stop.Cancel();
            }
        });
        return Trainer.Run(Job(recipe with { Log = new() { EverySteps = 1 } }, name, from), stopper, stop.Token);
    }

    private TrainingJob Job(Recipe recipe, string name, string? from) => new()
    {
        Recipe = recipe,
        CheckpointDirectory = Checkpoints(name),
        ResumeFrom = from,
        Logger = NullLogger.Instance,
    };

    private string Checkpoints(string name) => Path.Combine(_data.Folder, name);

    private byte[] Weights(string name, long step, string file = CheckpointStore.ModelFile) =>
        File.ReadAllBytes(Path.Combine(Checkpoints(name), $"step-{step:D8}", file));
}
