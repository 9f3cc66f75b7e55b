using System.Globalization;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Progress;

/// <summary>Events as lines for people.</summary>
internal static class ProgressText
{
    public static string Started(RunStarted run) => Text(
        $"{(run.Step > 0 ? $"going on after step {run.Step}: " : "")}{run.Model}, {run.Parameters / 1e6:F1} M parameters, {Counted.Of(run.TrainSamples, "image")} to train on, {run.ValSamples} to validate, {Counted.Of(run.TotalSteps, "step")}, {run.Device}, {run.Precision}");

    public static string Step(StepLogged step, long totalSteps, int epochs, int alarms = 0) => Text(
        $"epoch {step.Epoch + 1}/{epochs}  step {step.Step}/{totalSteps}  loss {step.Loss:F4}  lr {step.LearningRate:G4}  {step.ImagesPerSecond:F0} images/s  data wait {100 * step.DataWaitShare:F1} %  {Duration(step.SecondsLeft)} left{(alarms == 0 ? "" : $"  {Counted.Of(alarms, "alarm")}")}");

    public static string Evaluated(Evaluated score) => Text(
        $"epoch {score.Epoch + 1}: top-1 {100 * score.Top1:F2} %, top-5 {100 * score.Top5:F2} %, loss {score.Loss:F4} on {Counted.Of(score.Samples, "image")}{(score.Weights == "model" ? "" : $" ({score.Weights})")}");

    public static string Finished(EpochFinished epoch, int epochs) => Text(
        $"epoch {epoch.Epoch + 1}/{epochs} done  step {epoch.Step}  loss {epoch.Loss:F4}");

    public static string Saved(CheckpointSaved saved) => Text($"checkpoint {Printable.Text(saved.Path)} ({saved.Seconds:F2} s)");

    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds))
        {
            return "?";
        }

        TimeSpan time = TimeSpan.FromSeconds(Math.Min(seconds, 1e9));
        return time.TotalHours >= 1 ? Text($"{(int)time.TotalHours}h{time.Minutes:00}m") : time.TotalMinutes >= 1 ? Text($"{time.Minutes}m{time.Seconds:00}s") : Text($"{time.TotalSeconds:F0}s");
    }

    /// <summary>Without the machine's culture: lines are for scripts too.</summary>
    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
