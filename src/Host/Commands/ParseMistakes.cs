using System.CommandLine;
using System.CommandLine.Parsing;
using StreamTrainer.Host.Recipes;

namespace StreamTrainer.Host.Commands;

/// <summary>What is wrong with a command line, in sentences that name the nearest valid word.</summary>
internal static class ParseMistakes
{
    /// <summary>A line for each mistake, and one that says where help is; none where all is well.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        if (parsed.Errors.Count == 0)
        {
            return [];
        }

        Command command = parsed.CommandResult.Command;
        // The words after an unknown option are its value, more likely than not, and those after an unknown command its own.
        string[] options = [.. parsed.UnmatchedTokens.Where(IsOption)];
        IEnumerable<string> words = options.Length > 0 ? options : parsed.UnmatchedTokens.Take(command.Subcommands.Count > 0 ? 1 : int.MaxValue);
        string[] unmatched = [.. words.Select(token => Unmatched(token, command, parsed.CommandResult))];
        // The library's own sentence for an unmatched word stands beside ours, and a missing argument only follows from it.
        IEnumerable<string> others = parsed.Errors
            .Where(error => !parsed.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal)))
            .Where(error => unmatched.Length == 0 || !IsMissing(error))
            .Select(error => Sentence(error, command));
        string path = command is RootCommand ? CommandLine.Name : $"{CommandLine.Name} {Path(parsed.CommandResult)}";
        return [.. unmatched.Concat(others).Distinct().Select(mistake => $"error: {mistake}"), $"See '{path} --help'."];
    }

    /// <summary>The sentence for an option that does not exist.</summary>
    public static string UnknownOption(string token, SymbolResult where)
    {
        string name = token.Split('=', ':')[0];
        return $"unknown option '{token}'{NearestName.Question(name, OptionNames(where))}";
    }

    private static string Unmatched(string token, Command command, CommandResult where)
    {
        if (IsOption(token))
        {
            return UnknownOption(token, where);
        }

        if (command.Subcommands.Count > 0)
        {
            string[] names = [.. command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name)];
            return $"unknown command '{token}'{NearestName.Question(token, names)}{(NearestName.Of(token, names) is null ? ";" : "")} there are {string.Join(", ", names)}";
        }

        return $"'{token}' is one word too many for {Path(where)}";
    }

    private static string Sentence(ParseError error, Command command) => error.SymbolResult switch
    {
        ArgumentResult { Tokens.Count: 0, Parent: OptionResult option } => $"{option.Option.Name} needs a value ({ValueName(option.Option)})",
        ArgumentResult { Tokens.Count: 0 } argument => $"{argument.Argument.Name} is missing: {argument.Argument.Description}",
        OptionResult { Tokens.Count: 0 } option => $"{option.Option.Name} needs a value ({ValueName(option.Option)})",
        CommandResult when command.Subcommands.Count > 0 && IsMissing(error) =>
            $"{command.Name} needs a command: {string.Join(", ", command.Subcommands.Select(sub => sub.Name))}",
        OptionResult { Tokens: [var token, ..] } option when error.Message.StartsWith("Cannot parse", StringComparison.Ordinal) =>
            $"{option.Option.Name}: '{token.Value}' is no {ValueName(option.Option)}",
        ArgumentResult { Tokens: [var token, ..], Parent: OptionResult option } when error.Message.StartsWith("Cannot parse", StringComparison.Ordinal) =>
            $"{option.Option.Name}: '{token.Value}' is no {ValueName(option.Option)}",
        _ => error.Message,
    };

    private static bool IsMissing(ParseError error) =>
        error.SymbolResult is ArgumentResult { Tokens.Count: 0 }
        || (error.SymbolResult is CommandResult && error.Message.StartsWith("Required", StringComparison.Ordinal));

    private static string ValueName(Option option) => (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) switch
    {
        var type when type == typeof(int) || type == typeof(long) => "whole number",
        var type when type == typeof(double) => "number",
        _ => option.HelpName ?? "value",
    };

    private static bool IsOption(string token) => token is ['-', _, ..];

    private static IEnumerable<string> OptionNames(SymbolResult where)
    {
        for (SymbolResult? result = where; result is not null; result = result.Parent)
        {
            if (result is CommandResult { Command: var command } found)
            {
                foreach (Option option in command.Options.Where(option => !option.Hidden && (option.Recursive || found.Parent is null || found == Nearest(where))))
                {
                    yield return option.Name;
                }
            }
        }
    }

    private static CommandResult? Nearest(SymbolResult where)
    {
        SymbolResult? result = where;
        while (result is not (null or CommandResult))
        {
            result = result.Parent;
        }

        return result as CommandResult;
    }

    /// <summary>The command's words, as <c>recipe check</c>.</summary>
    public static string Path(CommandResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = result; at is CommandResult { Command: not RootCommand } command; at = at.Parent)
        {
            names.Push(command.Command.Name);
        }

        return string.Join(' ', names);
    }
}
