using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Host.Commands;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Ranks;

/// <summary>The part in a run of a rank that is not the first: it trains, and writes nothing.</summary>
internal static class FollowerExecution
{
    /// <summary>Trains as rank 0 says, and gives the exit code.</summary>
    /// <param name="session">The ranks.</param>
    /// <param name="recipe">The run's recipe.</param>
    public static int Run(RankSession session, Recipe recipe)
    {
        if (session.Hear() is not { } order)
        {
            return ExitCodes.Success;
        }

        // Rank 0 says that it stops.
        using var signals = new StopSignals(_ => { }, () => { });
        // Not disposed of where the training fails: the others are in the middle of an exchange.
        IRanks ranks = session.Ranks(recipe.Distributed);
        var job = new TrainingJob
        {
            Recipe = recipe,
            CheckpointDirectory = order.CheckpointDirectory,
            ResumeFrom = order.ResumeFrom,
            Ranks = ranks,
            Logger = NullLogger.Instance,
        };
        TrainingResult result;
        try
        {
            result = TrainThread.Run(() => Trainer.Run(job, new Silent(), signals.Token));
        }
        catch (Exception error)
        {
            session.Abandon(error);
            throw;
        }

        ranks.Dispose();
        session.Leave();
        return result.State == RunState.Stopped ? signals.ExitCode : ExitCodes.Success;
    }

    private sealed class Silent : ITrainingObserver
    {
        public void On(TrainingEvent happened)
        {
        }
    }
}
