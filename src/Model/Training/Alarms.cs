using System.Globalization;
using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Health;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Model.Training;

/// <summary>Says what is wrong with a training: as an event with the step's samples, as a line for people, as a count. Training thread only.</summary>
internal sealed class Alarms(Recipe recipe, ISampleSource train, RunReporter reporter, IRanks ranks, ILogger logger)
{
    /// <summary>What is wrong with a step. All ranks ask together.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="outcome">What the step came to.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="rate">Its learning rate.</param>
    /// <param name="before">The watch before it.</param>
    public HealthAlarm Of(StepFault fault, in StepOutcome outcome, long step, double rate, HealthState before)
    {
        int[] where = fault.Kind == HealthKind.LossNotFinite && ranks.Size > 1
            ? [.. ranks.Gather(outcome.OwnLoss).Select((loss, rank) => (loss, rank)).Where(each => !double.IsFinite(each.loss)).Select(each => each.rank)]
            : [];
        string at = Text($"at step {step + 1} (learning rate {rate:G3}){(where.Length == 0 ? "" : $" on rank {string.Join(", ", where)} of {ranks.Size}")}");
        double? mean = GradientTrend.Mean(before);
        string what = fault.Kind == HealthKind.GradientExplosion ? Text($"the gradient's norm is {outcome.GradientNorm:G3} {at}, {outcome.GradientNorm / mean:F0} times its running mean")
            : double.IsFinite(outcome.Loss) ? $"the gradient is not finite {at}"
            : Text($"the loss is {outcome.Loss} {at}");
        return StepAlarm.Of(recipe, train, step, fault.Kind, what) with
        {
            Action = fault.Action,
            Ranks = where,
            Loss = outcome.Loss,
            GradientNorm = outcome.GradientNorm,
            MeanNorm = mean,
            LearningRate = rate,
            RateFactor = before.RateFactor,
        };
    }

    /// <summary>What is wrong with an evaluation.</summary>
    public static HealthAlarm Of(HealthAction action, TrainProgress before, TrainProgress scored) => new()
    {
        Time = DateTime.UtcNow,
        Step = scored.Step,
        Epoch = (scored.Step - 1) / scored.StepsPerEpoch,
        Kind = HealthKind.AccuracyCollapse,
        Action = action,
        Message = Text($"top-1 is {100 * scored.LastEvaluation!.Top1:F2} % after step {scored.Step} and was {100 * before.BestTop1:F2} % after step {before.BestStep}"),
        RateFactor = scored.Health?.RateFactor ?? 1,
    };

    /// <summary>Tells it.</summary>
    /// <param name="alarm">What is wrong.</param>
    /// <param name="doing">What is done about it; null where nothing is.</param>
    public void Tell(HealthAlarm alarm, string? doing = null)
    {
        string message = doing is null ? alarm.Message : $"{alarm.Message}: {doing}";
        TrainingLog.Alarmed(logger, message);
        reporter.Alarmed(alarm with { Message = message });
    }

    /// <summary>Records it, and gives the error that ends the run by it: who ends the run tells it.</summary>
    /// <param name="alarm">What is wrong.</param>
    /// <param name="why">Why the run ends by it where the recipe wants something else; null: the recipe wants it.</param>
    public RunFailedException End(HealthAlarm alarm, string? why = null)
    {
        reporter.Alarmed(alarm with { Action = HealthAction.Stop });
        string remedy = alarm.Kind switch
        {
            HealthKind.AccuracyCollapse => "lower optimizer.lr, start anew from the best checkpoint with train.from, or set health.accuracyCollapse to rollBack",
            HealthKind.GradientExplosion => "lower optimizer.lr, lengthen schedule.warmupEpochs or set optimizer.clipGrad, or set health.gradientExplosion to skip or rollBack",
            _ => "lower optimizer.lr, lengthen schedule.warmupEpochs or set optimizer.clipGrad, or set health.lossNotFinite to skip or rollBack",
        };
        string look = alarm.Position is null ? "" : Text($"; 'replay RUN --step {alarm.Step}' shows its samples");
        return new RunFailedException($"{alarm.Message}{(why is null ? "" : $", {why}")}: {remedy}; the checkpoints before it still stand{look}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
