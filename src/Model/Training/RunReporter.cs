using System.Diagnostics;
using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Model.Training;

/// <summary>Makes events and figures of what the trainer does. Training thread only.</summary>
internal sealed class RunReporter(ITrainingObserver observer, Recipe recipe, PhaseClock clock, TrainingFlow flow, long totalSteps, ILogger logger)
{
    /// <summary>Slow steps are recorded at least so often, or nobody would see that a run moves.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    private readonly Window _window = new();
    private long _stepsHere, _samplesHere, _evaluations, _alarms;
    private readonly HashSet<string> _rejected = new(StringComparer.Ordinal);
    private double _lastLoss = double.NaN;

    /// <summary>The run starts, on so many ranks; <paramref name="from"/> says of a fresh one what it starts from, where its weights are not
    /// fresh.</summary>
    public void Start(TrainProgress progress, long parameters, ComputeDevice device, ISampleSource train, ISampleSource? val, string? from, int ranks)
    {
        TrainingLog.Starting(logger, recipe.Model.Name, parameters, train.ClassNames.Count, device.ToString(), device.PrecisionName, train.Count, totalSteps);
        observer.On(new RunStarted
        {
            Time = DateTime.UtcNow,
            Step = progress.Step,
            TotalSteps = totalSteps,
            StepsPerEpoch = progress.StepsPerEpoch,
            TrainSamples = train.Count,
            ValSamples = val?.Count ?? 0,
            Parameters = parameters,
            Model = recipe.Model.Name,
            Device = device.ToString(),
            Precision = device.PrecisionName,
            From = from,
            Ranks = ranks,
        });
        _window.Restart(clock);
    }

    /// <summary>A step is done.</summary>
    public void StepDone(TrainProgress progress, double loss, double learningRate, int samples)
    {
        _stepsHere++;
        _samplesHere += samples;
        _window.Add(loss, samples);
        ReportBadSamples();
        long inEpoch = progress.StepInEpoch;
        bool due = progress.Step % recipe.Log.EverySteps == 0 || inEpoch <= 1 || progress.Step == totalSteps || _window.Age >= s_longest;
        if (!due)
        {
            return;
        }

        _lastLoss = _window.Loss;
        TrainingMetrics.Progress(_window.Loss, learningRate);
        observer.On(new StepLogged
        {
            Time = DateTime.UtcNow,
            Step = progress.Step,
            Epoch = (progress.Step - 1) / progress.StepsPerEpoch,
            Loss = _window.Loss,
            StepLoss = loss,
            LearningRate = learningRate,
            ImagesPerSecond = _window.Samples / Math.Max(1e-9, clock.TrainingSeconds - _window.TrainingStart),
            DataWaitShare = Share(clock.Seconds(Phase.DataWait) - _window.WaitStart, clock.TrainingSeconds - _window.TrainingStart),
            SecondsLeft = SecondsLeft(progress),
            LossScale = progress.LossScale?.Scale,
            SkippedSteps = progress.SkippedSteps,
        });
        _window.Restart(clock);
    }

    /// <summary>The next record begins here: what was trained since the last one is none of the run's.</summary>
    public void Restart() => _window.Restart(clock);

    /// <summary>An epoch's training is over.</summary>
    public void EpochDone(TrainProgress progress, long epoch) => observer.On(new EpochFinished
    {
        Time = DateTime.UtcNow,
        Step = progress.Step,
        Epoch = epoch,
        Loss = progress.EpochLossSum / Math.Max(1, progress.EpochLossSteps),
    });

    /// <summary>An evaluation is done.</summary>
    public void Evaluated(TrainProgress progress, long epoch, string weights, EvaluationResult result)
    {
        TrainingMetrics.Evaluated(result.Top1);
        observer.On(new Evaluated
        {
            Time = DateTime.UtcNow,
            Step = progress.Step,
            Epoch = epoch,
            Weights = weights,
            Top1 = result.Top1,
            Top5 = result.Top5,
            Loss = result.Loss,
            Samples = result.Samples,
        });
    }

    /// <summary>All of an evaluation is done, of the average too.</summary>
    public void ValidationDone() => _evaluations++;

    /// <summary>Something is wrong with the training.</summary>
    public void Alarmed(HealthAlarm alarm)
    {
        _alarms++;
        TrainingMetrics.Alarmed(alarm.Kind, alarm.Action);
        observer.On(alarm);
    }

    /// <summary>A sample that cannot be used; each is told once, however often it is met.</summary>
    public void Rejected(BadSample bad)
    {
        if (_rejected.Add(bad.Name))
        {
            TrainingLog.SampleRejected(logger, bad.Name, bad.Reason);
            observer.On(new SampleRejected { Time = DateTime.UtcNow, Sample = bad.Name, Reason = bad.Reason });
        }
    }

    /// <summary>A checkpoint is complete.</summary>
    public void CheckpointSaved(long step, string path, double seconds) =>
        observer.On(new CheckpointSaved { Time = DateTime.UtcNow, Step = step, Path = path, Seconds = seconds });

    /// <summary>The run is over; what it came to.</summary>
    public TrainingResult Finish(RunState state, TrainProgress progress, string? error = null)
    {
        ReportBadSamples();
        IReadOnlyList<KeyValuePair<string, double>> phases = clock.Snapshot();
        observer.On(new RunFinished
        {
            Time = DateTime.UtcNow,
            Step = progress.Step,
            State = state,
            Error = error,
            Seconds = phases.ToDictionary(phase => phase.Key, phase => phase.Value),
        });
        // Once more, after the observers: what they took to write the end belongs to the time too.
        phases = clock.Snapshot();
        double wall = clock.WallSeconds, training = clock.TrainingSeconds;
        return new TrainingResult
        {
            State = state,
            Steps = progress.Step,
            Epochs = progress.StepsPerEpoch == 0 ? 0 : progress.Step / (double)progress.StepsPerEpoch,
            Top1 = progress.LastEvaluation?.Top1,
            Top5 = progress.LastEvaluation?.Top5,
            Loss = progress.LastEvaluation?.Loss ?? (double.IsFinite(_lastLoss) ? _lastLoss : null),
            BestTop1 = progress.BestTop1,
            WallSeconds = wall,
            ImagesPerSecond = training > 0 ? _samplesHere / training : 0,
            DataWaitShare = Share(clock.Seconds(Phase.DataWait), training),
            BadSamples = _rejected.Count,
            SkippedSteps = progress.SkippedSteps,
            Alarms = _alarms,
            RollBacks = progress.Health?.RollBacks ?? 0,
            Phases = phases,
            Stages = flow.Stages,
            Stalls = flow.Stalls,
            PipelineSamples = flow.Samples,
        };
    }

    private void ReportBadSamples()
    {
        while (flow.TryTakeBad(out BadSample bad))
        {
            Rejected(bad);
        }
    }

    private double SecondsLeft(TrainProgress progress)
    {
        double training = clock.TrainingSeconds / _stepsHere * (totalSteps - progress.Step);
        double evaluation = _evaluations == 0 ? 0 : clock.Seconds(Phase.Evaluation) / _evaluations;
        double epochsLeft = (totalSteps - progress.Step) / (double)progress.StepsPerEpoch;
        return training + evaluation * Math.Ceiling(epochsLeft / recipe.Eval.EveryEpochs);
    }

    private static double Share(double part, double whole) => whole > 0 ? Math.Clamp(part / whole, 0, 1) : 0;

    /// <summary>What happened since the last record.</summary>
    private sealed class Window
    {
        private double _lossSum;
        private long _steps, _started = Stopwatch.GetTimestamp();

        public double Loss => _lossSum / Math.Max(1, _steps);

        public long Samples { get; private set; }

        public double TrainingStart { get; private set; }

        public double WaitStart { get; private set; }

        public TimeSpan Age => Stopwatch.GetElapsedTime(_started);

        public void Add(double loss, int samples)
        {
            // A step that overflowed fp16 may have none.
            if (double.IsFinite(loss))
            {
                _lossSum += loss;
                _steps++;
            }

            Samples += samples;
        }

        public void Restart(PhaseClock clock)
        {
            _lossSum = 0;
            _steps = 0;
            Samples = 0;
            TrainingStart = clock.TrainingSeconds;
            WaitStart = clock.Seconds(Phase.DataWait);
            _started = Stopwatch.GetTimestamp();
        }
    }
}
