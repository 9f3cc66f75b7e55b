using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Api.Security;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Service;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>keys</c>: who may ask the service of a folder of runs.</summary>
internal static class KeysCommand
{
    public static Command Create(CommandOutput output) =>
        new Verb("keys", "Keys of the service: adds, lists and revokes them; a running service knows at once.",
            "keys add alice --role submit", "keys list", "keys revoke alice")
        {
            Add(output),
            List(output),
            Revoke(output),
        };

    private static Verb Add(CommandOutput output)
    {
        Argument<string> name = SharedOptions.Argument<string>("NAME", "Whose key it is.");
        Option<Role?> role = SharedOptions.Choice<Role>("--role", "read|submit|admin", "What it may do: look; submit, stop and resume runs too; delete them too. By default read.");
        Option<string> runs = SharedOptions.Runs("The service's folder of runs.");
        Option<string?> state = State();
        var command = new Verb("add", "Makes a key and prints it; it is stored as a hash, so it cannot be printed again.", "keys add alice --role submit") { name, role, runs, state };
        command.SetAction(parsed =>
        {
            output.Out.WriteLine(Store(parsed.GetRequiredValue(runs), parsed.GetValue(state)).Add(parsed.GetRequiredValue(name), parsed.GetValue(role) ?? Role.Read));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Verb List(CommandOutput output)
    {
        Option<string> runs = SharedOptions.Runs("The service's folder of runs.");
        Option<string?> state = State();
        Option<bool> json = SharedOptions.Json("the keys, without themselves");
        var command = new Verb("list", "Lists the keys, without themselves.", "keys list") { runs, state, json };
        command.SetAction(parsed =>
        {
            KeyInfo[] keys = [.. Store(parsed.GetRequiredValue(runs), parsed.GetValue(state)).All().Select(key => new KeyInfo(key.Name, key.Role, key.Created))];
            if (parsed.GetValue(json))
            {
                output.Out.WriteLine(JsonSerializer.Serialize(keys, CommandJson.Default.KeyInfoArray));
                return ExitCodes.Success;
            }

            foreach (KeyInfo key in keys)
            {
                output.Out.WriteLine(Printable.Text(string.Create(CultureInfo.InvariantCulture, $"{key.Name,-20} {key.Role.ToString().ToLowerInvariant(),-7} {key.Created:yyyy-MM-dd HH:mm} UTC")));
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static Verb Revoke(CommandOutput output)
    {
        Argument<string> name = SharedOptions.Argument<string>("NAME", "Whose key it is.");
        Option<string> runs = SharedOptions.Runs("The service's folder of runs.");
        Option<string?> state = State();
        var command = new Verb("revoke", "Takes a key back.", "keys revoke alice") { name, runs, state };
        command.SetAction(parsed =>
        {
            Store(parsed.GetRequiredValue(runs), parsed.GetValue(state)).Revoke(parsed.GetRequiredValue(name));
            output.Error.WriteLine(Printable.Text($"revoked: {parsed.GetRequiredValue(name)}"));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Option<string?> State() => SharedOptions.Text("--state", "DIR", "The service's own folder, where StreamTrainer:State names one.");

    private static KeyStore Store(string runs, string? state)
    {
        if (!Directory.Exists(runs))
        {
            throw new UserErrorException($"there is no folder '{runs}'; name the service's folder of runs with --runs");
        }

        return new KeyStore(new ServicePaths(new ServiceSettings { Runs = runs, State = state }).Keys);
    }
}
