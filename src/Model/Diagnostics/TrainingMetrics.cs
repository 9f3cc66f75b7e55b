using System.Diagnostics;
using System.Diagnostics.Metrics;
using StreamTrainer.Model.Health;

namespace StreamTrainer.Model.Diagnostics;

/// <summary>
/// All metrics of this project. None of the names is in OpenTelemetry's semantic conventions, which know no training yet;
/// units are UCUM's. Nothing is recorded where no one listens.
/// </summary>
public static class TrainingMetrics
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "StreamTrainer.Model";

    private static readonly Meter s_meter = new(Name);

    private static readonly Histogram<double> s_phase = s_meter.CreateHistogram(
        "streamtrainer.train.phase.duration", "s", "Time of the training thread in a phase of a step.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
        });

    private static readonly Counter<long> s_steps = s_meter.CreateCounter<long>(
        "streamtrainer.train.steps", "{step}", "Optimizer updates done.");

    private static readonly Counter<long> s_skipped = s_meter.CreateCounter<long>(
        "streamtrainer.train.skipped_steps", "{step}", "Steps whose update was left out: gradients overflowed fp16, or health's skip.");

    private static readonly Counter<long> s_alarms = s_meter.CreateCounter<long>(
        "streamtrainer.train.alarms", "{alarm}", "Times that something was wrong with the training, by what it was and what was done.");

    private static readonly Counter<long> s_samples = s_meter.CreateCounter<long>(
        "streamtrainer.train.samples", "{sample}", "Training samples that went through the model.");

    private static readonly Gauge<double> s_loss = s_meter.CreateGauge<double>(
        "streamtrainer.train.loss", "1", "Mean training loss of the last recorded steps.");

    private static readonly Gauge<double> s_rate = s_meter.CreateGauge<double>(
        "streamtrainer.train.learning_rate", "1", "Learning rate of the last step.");

    private static readonly Gauge<double> s_top1 = s_meter.CreateGauge<double>(
        "streamtrainer.eval.top1", "1", "Top-1 of the last evaluation, as a fraction.");

    private static readonly Dictionary<Phase, KeyValuePair<string, object?>> s_tags =
        Enum.GetValues<Phase>().ToDictionary(phase => phase, phase => KeyValuePair.Create("phase", (object?)phase.Label()));

    /// <summary>Activities: a run, an evaluation, a checkpoint.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    /// <summary>A phase of a step took so long.</summary>
    public static void PhaseTook(Phase phase, double seconds)
    {
        if (s_phase.Enabled)
        {
            s_phase.Record(seconds, s_tags[phase]);
        }
    }

    /// <summary>A step is done.</summary>
    public static void StepDone(int samples)
    {
        s_steps.Add(1);
        s_samples.Add(samples);
    }

    /// <summary>A step's update was left out.</summary>
    public static void StepSkipped() => s_skipped.Add(1);

    /// <summary>Something is wrong with the training.</summary>
    public static void Alarmed(HealthKind kind, HealthAction action)
    {
        if (s_alarms.Enabled)
        {
            s_alarms.Add(1, KeyValuePair.Create("kind", (object?)Label(kind)), KeyValuePair.Create("action", (object?)Label(action)));
        }
    }

    /// <summary>Progress was recorded.</summary>
    public static void Progress(double loss, double learningRate)
    {
        s_loss.Record(loss);
        s_rate.Record(learningRate);
    }

    /// <summary>An evaluation is done.</summary>
    public static void Evaluated(double top1) => s_top1.Record(top1);

    private static string Label<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
