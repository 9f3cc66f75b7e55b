using System.Globalization;
using System.Text;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Feed;
using StreamTrainer.Model.Health;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Mixing;
using StreamTrainer.Model.Schedules;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Model.Weights;

namespace StreamTrainer.Model.Training;

/// <summary>
/// The training loop. Everything happens on the calling thread, which never awaits (libtorch's modes and scopes are
/// thread-local); the pipeline's own threads make batches ahead of it.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly TrainingJob _job;
    private readonly Recipe _recipe;
    private readonly PhaseClock _clock = new();
    private readonly IRanks _ranks;
    private readonly StepShare _share;
    private readonly ComputeDevice _device;
    private readonly TrainingData _data;
    private readonly ISampleSource _train;
    private readonly TrainState _state;
    private readonly DeviceFeed _feed;
    private readonly TrainingFlow _flow;
    private readonly HealthWatch _health;
    private readonly Alarms _alarms;
    private readonly TrainStep _step;
    private readonly ISchedule _schedule;
    private readonly RunReporter _reporter;
    private readonly Validation? _validation;
    private readonly CheckpointStore _store;
    private readonly Saving _saving;
    private readonly SwaUpdates? _swa;
    private readonly long _totalSteps;
    private TrainProgress _progress;
    private string? _start;
    private int _side;

    private Trainer(TrainingJob job, ITrainingObserver observer)
    {
        _job = job;
        _recipe = job.Recipe;
        _ranks = job.Ranks;
        _share = StepShare.Of(_recipe, _ranks.Rank, _ranks.Size);
        _device = ComputeDevice.Resolve(_recipe.Train, job.Logger, _ranks.LocalRank);
        _data = job.Data ?? TrainingData.Open(_recipe, job.Logger);
        _train = _data.Train;
        int classes = _data.Classes;
        _progress = job.ResumeFrom is { } from ? CheckpointStore.ParseProgress(_ranks.OfFirst(() => CheckpointStore.ReadBytes(from)), from) : new TrainProgress();
        _state = new TrainState(_recipe, classes, _device.Device);
        _feed = new DeviceFeed(_device.Device, _recipe.Data.Mean, _recipe.Data.Std);
        _flow = new TrainingFlow(done => OpenPipeline(_recipe, TrainingBatches.Plan(_recipe, _train.Count, _share).After(done, _train.Count)), _feed);
        _flow.StartAfter(_progress.Step);
        _totalSteps = Math.Min(_flow.BatchesPerEpoch * _recipe.Train.Epochs, _recipe.Train.MaxSteps ?? long.MaxValue);
        _schedule = SwaRate.Over(Schedules.Schedules.Create(_recipe.Schedule, _recipe.Optimizer.Lr, _recipe.Train.Epochs), _recipe.Swa);
        ILoss loss = Losses.Losses.Create(_recipe.Loss, classes);
        Mixer? mixer = _recipe.Mix.Enabled ? new Mixer(classes, _recipe.Loss.Smoothing) : null;
        _health = new HealthWatch(_recipe.Health);
        _step = new TrainStep(_recipe, _state, _feed, loss, mixer, _device, _clock, _flow.StageNext, _ranks, _health, job.Probe);
        _reporter = new RunReporter(observer, _recipe, _clock, _flow, _totalSteps, job.Logger);
        _alarms = new Alarms(_recipe, _train, _reporter, _ranks, job.Logger);
        _validation = _data.Val is null || job.Probe is not null ? null : new Validation(_data.Val, _recipe, _state, _device, _reporter, _clock, _ranks, job.Logger);
        // The first images of the whole step, on every rank the same.
        _swa = _state.Swa is null || job.Probe is not null ? null : new SwaUpdates(_recipe, _state, _device, _clock, epoch => OpenMeasuring(TrainingBatches.WithImagesOf(_recipe, epoch)));
        _store = new CheckpointStore(job.CheckpointDirectory, _recipe.Checkpoint.Keep, _recipe.Checkpoint.KeepEvery);
        _saving = new Saving(_store, _recipe.Checkpoint, _state, _reporter, _clock, job.Logger);
    }

    /// <summary>Trains until the steps are done or <paramref name="stop"/> is cancelled; then it finishes the step, saves the
    /// state and returns.</summary>
    /// <exception cref="UserErrorException">The recipe or the data cannot be used.</exception>
    public static TrainingResult Run(TrainingJob job, ITrainingObserver observer, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(observer);
        using var activity = TrainingMetrics.Activities.StartActivity("run");
        using var trainer = new Trainer(job, observer);
        try
        {
            return trainer.Loop(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop before the first step: there is nothing to save.
            return trainer._reporter.Finish(RunState.Stopped, trainer._progress);
        }
        catch (Exception error)
        {
            // What is being written still counts; its own error is not the one to tell.
            trainer._saving.Settle();
            RunFailedException? lost = trainer.DeviceLost(error);
            trainer._reporter.Finish(RunState.Failed, trainer._progress, (lost ?? error).Message);
            if (lost is not null)
            {
                throw lost;
            }

            throw;
        }
    }

    private TrainingResult Loop(CancellationToken asked)
    {
        CancellationToken stop = _ranks.Agree(asked);
        Prepare(stop);
        while (true)
        {
            if (_job.Probe is { } probe && _progress.Step > probe.Step)
            {
                return _reporter.Finish(RunState.Stopped, _progress);
            }

            if (stop.IsCancellationRequested)
            {
                TrainingLog.Stopping(_job.Logger, _progress.Step);
                Save(required: true);
                return _reporter.Finish(RunState.Stopped, _progress);
            }

            if (_swa is not null && SwaUpdates.Due(_progress))
            {
                if (_swa.Calibrate(_progress, stop) is not { } calibrated)
                {
                    continue;
                }

                _progress = calibrated;
            }

            bool finished = _progress.Step >= _totalSteps;
            // Before the evaluation: an error in it must not cost the training since the last checkpoint.
            SaveIfDue(finished);
            if (_validation?.Due(_progress, finished) == true)
            {
                if (_validation.Run(_progress, stop) is not { } scored)
                {
                    continue;
                }

                if (_health.Judge(_progress.BestTop1, scored.LastEvaluation!) is { } action && Collapsed(action, scored))
                {
                    continue;
                }

                _progress = scored;
                SaveIfDue(finished);
            }

            if (finished)
            {
                return _reporter.Finish(RunState.Completed, _progress);
            }

            TrainOne(stop);
        }
    }

    private void SaveIfDue(bool finished)
    {
        if (_job.Probe is null && _ranks.Decide(finished || _saving.Due(_progress)))
        {
            Save(required: finished);
        }
    }

    /// <summary>All ranks come to one state, which the first writes.</summary>
    private void Save(bool required, bool first = false)
    {
        _ranks.Unite(_state, _progress.Step);
        if (_ranks.Rank == 0 && _job.Probe is null)
        {
            _saving.Save(_progress, required, first);
        }
    }

    private void Prepare(CancellationToken stop)
    {
        if (_job.ResumeFrom is { } from)
        {
            RunChecks.Resumable(_progress, _flow.BatchesPerEpoch, _train, _device, from, _job.Logger);
            Load(from);
            TrainingLog.Resumed(_job.Logger, from, _progress.Step);
            _saving.Saved = _progress;
        }
        else
        {
            _progress = _progress with
            {
                StepsPerEpoch = _flow.BatchesPerEpoch,
                TrainSamples = _train.Count,
                Model = _recipe.Model.Name,
                ClassNames = _train.ClassNames,
            };
            OnFirst(() => Begin(stop));
            _ranks.Share(_state);
        }

        _ranks.Attach(_state, _share);
        _ranks.StepsAre(_progress.Step);
        _progress = _progress with { Threads = _device.Threads, Precision = _device.PrecisionName };
        _state.Model.train();
        SizeNotes.Tell(_recipe, _share, _job.Logger);
        if (_recipe.Train.Only.Count > 0)
        {
            TrainingLog.TrainsOnly(_job.Logger, string.Join(", ", _recipe.Train.Only.Select(part => part.ToString())), _state.Flat.Segments.Where(segment => segment.IsTrained).Sum(segment => segment.Count));
        }

        _reporter.Start(_progress, _state.Flat.Segments.Sum(segment => segment.Count), _device, _train, _data.Val, _start, _ranks.Size);
        if (_job.ResumeFrom is null && _recipe.Health.RollsBack)
        {
            // What to go back to where it goes wrong in the first steps.
            Save(required: false, first: true);
        }
    }

    /// <summary>Takes the state from a checkpoint whose books are <see cref="_progress"/>.</summary>
    private void Load(string checkpoint)
    {
        if (_state.Swa is { } swa)
        {
            swa.Models = _progress.SwaModels;
        }

        OnFirst(() => _state.LoadFrom(checkpoint));
        if (_state.Scaler is { } scaler && _progress.LossScale is { } scale)
        {
            scaler.State = scale;
        }

        _health.State = _progress.Health ?? new HealthState();
        _ranks.Share(_state);
    }

    /// <summary>The state of a fresh run.</summary>
    private void Begin(CancellationToken stop)
    {
        if (_job.InitialWeights is { } weights)
        {
            StartingHead head = StateDict.LoadToGoOnFrom(_state.Model, weights.File,
                outputs => StartingHead.Decide(_recipe.Train.Head, _train.ClassNames, _data.Classes, weights.ClassNames, outputs));
            _start = $"from the weights of {weights.Name}; {head.Reason}";
            TrainingLog.StartsFrom(_job.Logger, weights.File, head.Reason);
        }
        else
        {
            // The first images of the whole step, for any number of ranks.
            DataInitialization.Run(_state.Model, _feed, () => OpenMeasuring(_recipe), stop);
        }

        // It was made before the data had a part in the weights.
        _state.Ema?.Reset();
    }

    private void OnFirst(Action work)
    {
        if (_ranks.Rank == 0)
        {
            work();
        }
    }

    /// <summary>One step; none where the wait for data was cancelled.</summary>
    private void TrainOne(CancellationToken stop)
    {
        _clock.Enter(Phase.DataWait);
        Batch? batch;
        try
        {
            batch = _flow.Take(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _clock.Enter(Phase.Report);
            return;
        }

        TrainingMetrics.PhaseTook(Phase.DataWait, _clock.Enter(Phase.Transfer));
        long step = _progress.Step;
        double epoch = _recipe.Schedule.PerStep ? step / (double)_progress.StepsPerEpoch : _progress.Epoch;
        double rate = _schedule.RateAt(epoch) * (_job.RateFactor?.Invoke(step) ?? _health.State.RateFactor);
        HealthState before = _health.State;
        int count = batch!.Count;
        if (_recipe.Augment.Sizes is not null && batch.ImageSize.Width != _side)
        {
            _side = batch.ImageSize.Width;
            TrainingLog.ImagesAre(_job.Logger, _side, batch.Epoch + 1);
        }

        StepOutcome outcome = _step.Run(batch, step, rate);
        _flow.Copied(_feed.TakeCopyTicks());
        if (outcome.Fault is { } fault && _job.Probe?.Step != step && Act(_alarms.Of(fault, outcome, step, rate, before)))
        {
            return;
        }

        _progress = _progress with { Step = step + 1, LossScale = _state.Scaler?.State, Health = _health.State };
        _ranks.StepsAre(step + 1);
        double loss = outcome.Loss;
        if (outcome.Skipped)
        {
            RunChecks.Scalable(_state.Scaler!, step);
            TrainingMetrics.StepSkipped();
            TrainingLog.StepSkipped(_job.Logger, step + 1, _state.Scaler!.Scale);
        }

        // A step that was left out may have no number for a loss.
        if (double.IsFinite(loss))
        {
            _progress = _progress with { EpochLossSum = _progress.EpochLossSum + loss, EpochLossSteps = _progress.EpochLossSteps + 1 };
        }

        _progress = _swa?.Add(_progress) ?? _progress;
        _reporter.StepDone(_progress, loss, rate, count * _ranks.Size);
        if (_progress.StepInEpoch == 0 || _progress.Step == _totalSteps)
        {
            _reporter.EpochDone(_progress, LastEpoch);
            _progress = _progress with { EpochLossSum = 0, EpochLossSteps = 0 };
        }
    }

    /// <summary>Does what the recipe wants where a step is wrong.</summary>
    /// <returns>Whether the run is elsewhere now: the step is none of its steps.</returns>
    private bool Act(HealthAlarm alarm)
    {
        switch (alarm.Action)
        {
            case HealthAction.RollBack:
                GoBack(alarm, wanted: null);
                return true;
            case HealthAction.Skip:
                TrainingMetrics.StepSkipped();
                _alarms.Tell(alarm, "the step's update is left out");
                return false;
            case HealthAction.Stop:
                throw _alarms.End(alarm, _health.State.SkippedInARow > 0 ? Text($"after {_health.State.SkippedInARow} skipped steps in a row (health.maxSkips)") : null);
            default:
                _alarms.Tell(alarm);
                return false;
        }
    }

    /// <summary>The same for an evaluation.</summary>
    private bool Collapsed(HealthAction action, TrainProgress scored)
    {
        HealthAlarm alarm = Alarms.Of(action, _progress, scored);
        switch (action)
        {
            case HealthAction.RollBack:
                GoBack(alarm, wanted: _progress.BestStep);
                return true;
            case HealthAction.Stop:
                throw _alarms.End(alarm);
            default:
                _alarms.Tell(alarm);
                return false;
        }
    }

    /// <summary>The run goes on from an earlier checkpoint at a lower rate.</summary>
    /// <param name="alarm">Why.</param>
    /// <param name="wanted">The step to go back to; null: the newest checkpoint's.</param>
    private void GoBack(HealthAlarm alarm, long? wanted)
    {
        if (_health.State.RollBacks >= _recipe.Health.MaxRollBacks)
        {
            throw _alarms.End(alarm, Text($"after {_health.State.RollBacks} roll backs (health.maxRollBacks)"));
        }

        _saving.Settle();
        // Rank 0 chooses for all.
        (string Path, TrainProgress Books)? chosen = _ranks.Rank == 0
            ? RollBack.Choose(_store, _progress with { Health = _health.State }, wanted, _recipe.Health, _job.Logger)
            : null;
        byte[] path = _ranks.OfFirst(() => Encoding.UTF8.GetBytes(chosen?.Path ?? "")), books = _ranks.OfFirst(() => chosen is null ? [] : CheckpointStore.BytesOf(chosen.Value.Books));
        if (path.Length == 0)
        {
            throw _alarms.End(alarm, "and there is no sound checkpoint to go back to");
        }

        string checkpoint = Encoding.UTF8.GetString(path);
        _progress = CheckpointStore.ParseProgress(books, checkpoint);
        OnFirst(() => _saving.GoBackTo(_progress));
        Load(checkpoint);
        _flow.StartAfter(_progress.Step);
        _ranks.StepsAre(_progress.Step);
        _reporter.Restart();
        double factor = _health.State.RateFactor;
        _alarms.Tell(alarm with { RolledBackTo = _progress.Step, RateFactor = factor }, Text($"goes on after step {_progress.Step}, at {factor:G3} times the schedule's rate"));
    }

    /// <summary>The error of a device that is gone, recorded; null where the error is another.</summary>
    private RunFailedException? DeviceLost(Exception error)
    {
        if (DeviceFaults.Of(error, _device.ToString()) is not { } lost)
        {
            return null;
        }

        HealthAlarm alarm = StepAlarm.Of(_recipe, _train, _progress.Step, HealthKind.DeviceLost, Text($"{lost.Message} (at step {_progress.Step + 1})"));
        _reporter.Alarmed(alarm with { Ranks = [_ranks.Rank] });
        return lost;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>The epoch of the step that was done last.</summary>
    private long LastEpoch => (_progress.Step - 1) / _progress.StepsPerEpoch;

    /// <summary>The first images of the whole step, for any number of ranks.</summary>
    private ImagePipeline OpenMeasuring(Recipe recipe) => OpenPipeline(recipe, TrainingBatches.Plan(recipe, _train.Count));

    private ImagePipeline OpenPipeline(Recipe recipe, PipelinePlan plan) =>
        new(_train, () => TrainingBatches.Transform(recipe), recipe.Data, plan, new TensorBatchMemory(_device.Device), _job.Logger);

    /// <inheritdoc/>
    public void Dispose()
    {
        _saving.Settle();
        _flow.Dispose();
        _step.Dispose();
        _feed.Dispose();
        _state.Dispose();
        if (_job.Data is null)
        {
            _data.Dispose();
        }
    }
}
