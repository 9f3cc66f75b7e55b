using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Averaging;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Model.Training;

/// <summary>When a run is scored on its validation set, and what that changes in its books. Training thread only.</summary>
internal sealed class Validation(ISampleSource source, Recipe recipe, TrainState state, ComputeDevice device, RunReporter reporter, PhaseClock clock, IRanks ranks, ILogger logger)
{
    /// <summary>Whether the state after <see cref="TrainProgress.Step"/> is to be scored and was not yet: a run that was
    /// stopped in the middle of an evaluation finds it due again when it goes on.</summary>
    /// <param name="progress">Where the run is.</param>
    /// <param name="finished">Whether its steps are done: the end is always scored.</param>
    public bool Due(TrainProgress progress, bool finished) =>
        progress.Step > 0 && progress.EvaluatedStep != progress.Step
        && (finished || (progress.StepInEpoch == 0 && progress.Epoch % recipe.Eval.EveryEpochs == 0));

    /// <summary>Scores the model, and the averages too where there are any: then the last one's score is the one that counts, SWA's before EMA's.
    /// Null where it was asked to stop.</summary>
    public TrainProgress? Run(TrainProgress progress, CancellationToken stop)
    {
        clock.Enter(Phase.Evaluation);
        try
        {
            EvaluationResult result = Score(progress, stop);
            bool improved = progress.BestTop1 is not { } best || result.Top1 > best;
            return progress with
            {
                EvaluatedStep = progress.Step,
                LastEvaluation = result,
                BestTop1 = improved ? result.Top1 : progress.BestTop1,
                BestStep = improved ? progress.Step : progress.BestStep,
            };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            clock.Enter(Phase.Report);
        }
    }

    private EvaluationResult Score(TrainProgress progress, CancellationToken stop)
    {
        ranks.UniteStatistics(state);
        long epoch = (progress.Step - 1) / progress.StepsPerEpoch;
        var evaluator = new Evaluator(source, recipe, device, logger, reporter.Rejected, ranks);
        EvaluationResult result = evaluator.Run(state.Model, stop);
        reporter.Evaluated(progress, epoch, "model", result);
        if (state.Ema is { } ema)
        {
            Average(ema, "ema");
        }

        if (state.Swa is { Models: > 0 } swa)
        {
            Average(swa, "swa");
        }

        reporter.ValidationDone();
        return result;

        void Average(WeightAverage average, string name)
        {
            average.WithinModel(() => result = evaluator.Run(state.Model, stop));
            reporter.Evaluated(progress, epoch, name, result);
        }
    }
}
