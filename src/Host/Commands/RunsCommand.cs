using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Api;
using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Client;
using StreamTrainer.Host.Progress;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>runs</c>: the runs of a service, this machine's where no other is named.</summary>
internal static class RunsCommand
{
    public static Command Create(CommandOutput output) =>
        new Verb("runs", "Lists the runs of a service, stops, resumes and deletes them; --server names one that is not on this machine.",
            "runs list --server http://trainer:5000", "runs stop first", "runs resume first", "runs delete first --yes")
        {
            List(output),
            One(output, "stop", "Asks a run to save its state and end, or takes it from the queue.", "--now", "Kill it, without a checkpoint.", (client, id, now) => client.Stop(id, now)),
            One(output, "resume", "Queues a run that rests; it goes on from its newest checkpoint.", null, "", (client, id, _) => client.Resume(id)),
            Delete(output),
        };

    private static Verb List(CommandOutput output)
    {
        Option<string?> state = SharedOptions.Text("--state", "STATE", "Those in this state alone: queued, running, completed, failed ...");
        Option<int> limit = new("--limit") { Description = "So many at most.", HelpName = "N", DefaultValueFactory = _ => 100 };
        Option<bool> json = SharedOptions.Json("the runs");
        var command = new Verb("list", "Lists runs, the newest first.", "runs list", "runs list --state running --json") { state, limit, json };
        command.IsRemote = true;
        command.SetAction(parsed => Asking(() =>
        {
            using ServiceClient client = Client(parsed);
            Page<RunView> page = client.List(parsed.GetValue(state), parsed.GetValue(limit));
            if (parsed.GetValue(json))
            {
                output.Out.WriteLine(JsonSerializer.Serialize(page.Items, ApiJson.Options));
                return ExitCodes.Success;
            }

            foreach (RunView run in page.Items)
            {
                string share = run.Progress?.Share is { } done ? string.Create(CultureInfo.InvariantCulture, $"{100 * done,3:F0} %") : "     ";
                string top1 = run.Top1 is { } score ? string.Create(CultureInfo.InvariantCulture, $"top-1 {100 * score:F2} %") : "";
                output.Out.WriteLine(Printable.Text($"{run.Id,-32} {run.State.ToString().ToLowerInvariant(),-9} {share} {run.Model,-20} {top1} {run.Reason}".TrimEnd()));
            }

            return ExitCodes.Success;
        }));
        return command;
    }

    private static Verb One(CommandOutput output, string name, string description, string? flag, string flagDescription, Func<ServiceClient, string, bool, RunView> ask)
    {
        Argument<string> run = SharedOptions.Argument<string>("RUN", "The run's name.");
        Option<bool> json = SharedOptions.Json("the run");
        var command = new Verb(name, description, $"runs {name} first") { run, json };
        Option<bool>? option = flag is null ? null : new Option<bool>(flag) { Description = flagDescription };
        if (option is not null)
        {
            command.Options.Add(option);
        }

        command.IsRemote = true;
        command.SetAction(parsed => Asking(() =>
        {
            using ServiceClient client = Client(parsed);
            RunView view = ask(client, parsed.GetRequiredValue(run), option is not null && parsed.GetValue(option));
            output.Out.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(view, ApiJson.Options) : Printable.Text($"{view.Id}: {view.State.ToString().ToLowerInvariant()}"));
            return ExitCodes.Success;
        }));
        return command;
    }

    private static Verb Delete(CommandOutput output)
    {
        Argument<string> run = SharedOptions.Argument<string>("RUN", "The run's name.");
        Option<bool> yes = new("--yes") { Description = "It is meant: all files of the run are deleted." };
        var command = new Verb("delete", "Deletes a run that rests, with all its files.", "runs delete first --yes") { run, yes };
        command.IsRemote = true;
        command.SetAction(parsed => Asking(() =>
        {
            string id = parsed.GetRequiredValue(run);
            if (!parsed.GetValue(yes))
            {
                throw new UserErrorException($"a deletion takes all files of {id} with it; --yes says that it is meant");
            }

            using ServiceClient client = Client(parsed);
            client.Delete(id);
            output.Error.WriteLine(Printable.Text($"deleted: {id}"));
            return ExitCodes.Success;
        }));
        return command;
    }

    private static ServiceClient Client(ParseResult parsed) => new(parsed.GetValue(SharedOptions.Server) ?? ServiceClient.Local);

    /// <summary>A server that does not answer is one that was named wrongly, or is to be started.</summary>
    internal static int Asking(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (NoAnswerException error)
        {
            throw new UserErrorException(error.Message, error);
        }
    }
}
