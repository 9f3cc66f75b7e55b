using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Feed;
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
    private readonly ImagePipeline _pipeline;
    private readonly StagedBatches _batches;
    private readonly TrainStep _step;
    private readonly ISchedule _schedule;
    private readonly RunReporter _reporter;
    private readonly Validation? _validation;
    private readonly Saving _saving;
    private readonly SwaUpdates? _swa;
    private readonly long _totalSteps;
    private TrainProgress _progress;

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
        _pipeline = OpenPipeline(TrainingBatches.Plan(_recipe, _train.Count, _share).After(_progress.Step, _train.Count));
        _batches = new StagedBatches(_pipeline, _feed);
        _totalSteps = Math.Min(_pipeline.BatchesPerEpoch * _recipe.Train.Epochs, _recipe.Train.MaxSteps ?? long.MaxValue);
        _schedule = SwaRate.Over(Schedules.Schedules.Create(_recipe.Schedule, _recipe.Optimizer.Lr, _recipe.Train.Epochs), _recipe.Swa);
        ILoss loss = Losses.Losses.Create(_recipe.Loss, classes);
        Mixer? mixer = _recipe.Mix.Enabled ? new Mixer(classes, _recipe.Loss.Smoothing) : null;
        _step = new TrainStep(_recipe, _state, _feed, loss, mixer, _device, _clock, _batches.StageNext, _ranks);
        _reporter = new RunReporter(observer, _recipe, _clock, _pipeline, _train, _totalSteps, job.Logger);
        _validation = _data.Val is null ? null : new Validation(_data.Val, _recipe, _state, _device, _reporter, _clock, _ranks, job.Logger);
        // The first images of the whole step, on every rank the same.
        _swa = _state.Swa is null ? null : new SwaUpdates(_recipe, _state, _device, _clock, () => OpenPipeline(TrainingBatches.Plan(_recipe, _train.Count)));
        var store = new CheckpointStore(job.CheckpointDirectory, _recipe.Checkpoint.Keep, _recipe.Checkpoint.KeepEvery);
        _saving = new Saving(store, _recipe.Checkpoint, _state, _reporter, _clock, job.Logger);
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
            trainer._reporter.Finish(RunState.Failed, trainer._progress, error.Message);
            throw;
        }
    }

    private TrainingResult Loop(CancellationToken asked)
    {
        CancellationToken stop = _ranks.Agree(asked);
        Prepare(stop);
        while (true)
        {
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
        if (_ranks.Decide(finished || _saving.Due(_progress)))
        {
            Save(required: finished);
        }
    }

    /// <summary>All ranks come to one state, which the first writes.</summary>
    private void Save(bool required)
    {
        _ranks.Unite(_state, _progress.Step);
        if (_ranks.Rank == 0)
        {
            _saving.Save(_progress, required);
        }
    }

    private void Prepare(CancellationToken stop)
    {
        if (_job.ResumeFrom is { } from)
        {
            RunChecks.Resumable(_progress, _pipeline.BatchesPerEpoch, _train, _device, from, _job.Logger);
            if (_state.Swa is { } swa)
            {
                swa.Models = _progress.SwaModels;
            }

            OnFirst(() => _state.LoadFrom(from));
            if (_state.Scaler is { } scaler && _progress.LossScale is { } scale)
            {
                scaler.State = scale;
            }

            TrainingLog.Resumed(_job.Logger, from, _progress.Step);
            _saving.Saved = _progress;
        }
        else
        {
            _progress = _progress with
            {
                StepsPerEpoch = _pipeline.BatchesPerEpoch,
                TrainSamples = _train.Count,
                Model = _recipe.Model.Name,
                ClassNames = _train.ClassNames,
            };
            OnFirst(() => Begin(stop));
        }

        _ranks.Share(_state);
        _ranks.Attach(_state, _share);
        _progress = _progress with { Threads = _device.Threads, Precision = _device.PrecisionName };
        _state.Model.train();
        StepSizes sizes = _share.Whole;
        if (_recipe.Train.GroupSize is { } group && group > sizes.Batch)
        {
            TrainingLog.SmallerGroup(_job.Logger, group, sizes.Batch);
        }

        if (_share.Micro < sizes.Micro && !_recipe.Distributed.SyncBatchNorm)
        {
            TrainingLog.SharedGroup(_job.Logger, sizes.Group, _share.Ranks, _share.Micro, sizes.Micro);
        }
        else if (sizes.Micro < sizes.Group)
        {
            TrainingLog.SmallerStatistics(_job.Logger, sizes.Micro, sizes.Group);
        }

        _reporter.Start(_progress, _state.Flat.Segments.Sum(segment => segment.Count), _device, _train, _data.Val);
    }

    /// <summary>The state of a fresh run.</summary>
    private void Begin(CancellationToken stop)
    {
        if (_job.InitialWeights is { } weights)
        {
            TrainingLog.StartsFrom(_job.Logger, weights, string.Join(", ", StateDict.LoadToGoOnFrom(_state.Model, weights)) is { Length: > 0 } kept ? kept : "nothing");
        }
        else
        {
            // The first images of the whole step, for any number of ranks.
            DataInitialization.Run(_state.Model, _feed, () => OpenPipeline(TrainingBatches.Plan(_recipe, _train.Count)), stop);
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
            batch = _batches.Take(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _clock.Enter(Phase.Report);
            return;
        }

        TrainingMetrics.PhaseTook(Phase.DataWait, _clock.Enter(Phase.Transfer));
        long step = _progress.Step;
        double epoch = _recipe.Schedule.PerStep ? step / (double)_progress.StepsPerEpoch : _progress.Epoch;
        double rate = _schedule.RateAt(epoch);
        int count = batch!.Count;
        StepOutcome outcome = _step.Run(batch, step, rate);
        _pipeline.Copied(_feed.TakeCopyTicks());
        _progress = _progress with { Step = step + 1, LossScale = _state.Scaler?.State };
        double loss = outcome.Loss;
        if (outcome.Skipped)
        {
            RunChecks.Scalable(_state.Scaler!, step);
            TrainingMetrics.StepSkipped();
            TrainingLog.StepSkipped(_job.Logger, step + 1, _state.Scaler!.Scale);
        }
        else
        {
            RunChecks.Finite(loss, step, rate);
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

    /// <summary>The epoch of the step that was done last.</summary>
    private long LastEpoch => (_progress.Step - 1) / _progress.StepsPerEpoch;

    private ImagePipeline OpenPipeline(PipelinePlan plan) =>
        new(_train, () => TrainingBatches.Transform(_recipe), _recipe.Data, plan, new TensorBatchMemory(_device.Device), _job.Logger);

    /// <inheritdoc/>
    public void Dispose()
    {
        _saving.Settle();
        _pipeline.Dispose();
        _feed.Dispose();
        _state.Dispose();
        if (_job.Data is null)
        {
            _data.Dispose();
        }
    }
}
