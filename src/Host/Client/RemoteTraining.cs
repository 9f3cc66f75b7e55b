using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Client;

/// <summary><c>train</c> with <c>--server</c>: submits, and follows the run as if it were here. The service may go and come back meanwhile.</summary>
internal sealed class RemoteTraining(CommandOutput output, string server, bool json, bool quiet)
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(1), s_patience = TimeSpan.FromMinutes(5);

    /// <summary>Submits and follows; gives the exit code.</summary>
    /// <param name="recipe">A recipe's file here, or the name of one of the server's.</param>
    /// <param name="submission">All else.</param>
    /// <param name="follow">Whether to wait for its end.</param>
    public int Run(string recipe, Submission submission, bool follow)
    {
        using var client = new ServiceClient(server);
        RunView run = client.Submit(With(recipe, submission));
        if (!follow)
        {
            output.Out.WriteLine(json ? JsonSerializer.Serialize(run, Api.ApiJson.Options) : run.Id);
            return ExitCodes.Success;
        }

        return Follow(client, run);
    }

    /// <summary>A file of this machine goes as the text that it comes to: what it extends is not on the server. Its variables do not, they
    /// are the server's.</summary>
    private static Submission With(string recipe, Submission submission)
    {
        if (!File.Exists(recipe))
        {
            return submission with { Recipe = recipe };
        }

        Recipe resolved = RecipeLoader.Load(recipe, submission.Set, withData: false, submission.Model).Recipe;
        return submission with { Text = RecipeWriter.Write(resolved).Replace("$${", "${", StringComparison.Ordinal), Set = [], Model = null };
    }

    private int Follow(ServiceClient client, RunView run)
    {
        using IProgressDisplay display = ProgressDisplay.For(output.Error, quiet, Recipe(client, run));
        using var signals = new StopSignals(_ => display.Note($"run {run.Id} goes on; 'streamtrainer runs stop {run.Id} --server {server}' stops it"), display.Restore);
        display.Note($"run {run.Id} at {server}");
        long after = 0;
        RunStatus told = RunStatus.Running;
        DateTime lost = DateTime.MaxValue;
        while (!signals.Token.IsCancellationRequested)
        {
            try
            {
                run = client.Get(run.Id);
                (IReadOnlyList<TrainingEvent> events, long next) = client.Events(run.Id, after);
                lost = DateTime.MaxValue;
                foreach (TrainingEvent happened in events)
                {
                    display.On(happened);
                }

                if (next != after)
                {
                    after = next;
                    continue;
                }

                if (run.State != told)
                {
                    told = run.State;
                    display.Note($"{run.State.ToString().ToLowerInvariant()}{(run.Reason is null ? "" : $": {run.Reason}")}");
                }

                if (run.State is RunStatus.Completed or RunStatus.Failed or RunStatus.Stopped or RunStatus.Lost)
                {
                    break;
                }
            }
            catch (NoAnswerException error)
            {
                lost = lost == DateTime.MaxValue ? DateTime.UtcNow : lost;
                if (DateTime.UtcNow - lost > s_patience)
                {
                    throw new UserErrorException(error.Message, error);
                }
            }

            signals.Token.WaitHandle.WaitOne(s_between);
        }

        display.Dispose();
        return signals.Token.IsCancellationRequested ? signals.ExitCode : Answer(client, run);
    }

    private int Answer(ServiceClient client, RunView run)
    {
        JsonElement summary = client.Summary(run.Id);
        if (json)
        {
            output.Out.WriteLine(JsonSerializer.Serialize(summary, Api.ApiJson.Options));
        }
        else if (summary.ValueKind == JsonValueKind.Object && summary.Deserialize<RunSummary>(Api.ApiJson.Options) is { } known)
        {
            output.Out.WriteLine(SummaryLine.Of(known, string.Create(CultureInfo.InvariantCulture, $"{server}: {run.Id}")));
        }

        return run.State switch
        {
            RunStatus.Completed => ExitCodes.Success,
            RunStatus.Stopped => ExitCodes.Terminated,
            _ => throw new RunFailedException($"run {run.Id} {run.State.ToString().ToLowerInvariant()}: {run.Reason ?? "see its log"}"),
        };
    }

    private static Recipe Recipe(ServiceClient client, RunView run)
    {
        try
        {
            return RecipeLoader.Parse(client.Recipe(run.Id), run.Id);
        }
        catch (UserErrorException)
        {
            // Of a server of another version; only the number of epochs is shown of it.
            return new Recipe();
        }
    }
}
