using System.CommandLine;
using StreamTrainer.Host.Ranks;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Commands;

/// <summary><c>resume RUN</c>: a run goes on where its newest checkpoint stands.</summary>
internal static class ResumeCommand
{
    public static Command Create(CommandOutput output)
    {
        Argument<string> run = SharedOptions.Argument<string>("RUN", "The run's directory, as runs/ID.");
        Option<bool> json = SharedOptions.Json("the run's summary"), quiet = SharedOptions.Quiet();
        var command = new Verb("resume", """
            Goes on with a run that was stopped or killed, in the middle of an epoch too: it ends with the same weights, bit
            for bit, as if it had never stopped (for the same number of threads). A run that is still alive is refused.
            """,
            "resume runs/first")
        { run, json, quiet };
        command.SetAction(parsed =>
        {
            using RankSession ranks = RankSession.Join();
            (RunDirectory directory, Recipe recipe) = ranks.Together(() =>
            {
                RunDirectory opened = RunDirectory.Open(parsed.GetRequiredValue(run));
                Recipe its = opened.ReadRecipe();
                StepShare.Of(its, ranks.Rank, ranks.Size);
                return (opened, its);
            });
            return ranks.Rank == 0
                ? new RunExecution(output, parsed.GetValue(json), parsed.GetValue(quiet), parsed.GetValue(SharedOptions.Verbose), ranks).Run(directory, recipe)
                : FollowerExecution.Run(ranks, recipe);
        });
        return command;
    }
}
