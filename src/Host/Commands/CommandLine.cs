using System.CommandLine;
using System.Reflection;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary>The command line: which commands there are, and what an error becomes. A new command is its file and one line here.</summary>
internal static class CommandLine
{
    private static readonly Option<bool> s_verbose = new("--verbose") { Description = "Show where in the program an error came from.", Recursive = true };

    /// <summary>Runs a command.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Gets the answer.</param>
    /// <param name="error">Gets what is wrong.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var writers = new CommandOutput(output, error);
        RootCommand root = Root(writers);
        ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0 && !args.Any(argument => argument is "--help" or "-h" or "-?" or "--version"))
        {
            return ParseErrors(parsed, error);
        }

        // Signals are ours: the library would end the process two seconds after the first.
        var configuration = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return parsed.Invoke(configuration);
        }
        catch (Exception failure)
        {
            return Report(failure, parsed.GetValue(s_verbose), error);
        }
    }

    private static RootCommand Root(CommandOutput output) => new("Trains image classifiers, and says exactly where the time goes.")
    {
        s_verbose,
        TrainCommand.Create(output),
        ResumeCommand.Create(output),
        EvalCommand.Create(output),
        PredictCommand.Create(output),
        RecipeCommand.Create(output),
        DoctorCommand.Create(output),
    };

    private static int ParseErrors(ParseResult parsed, TextWriter error)
    {
        Command command = parsed.CommandResult.Command;
        string[] options = [.. command.Options.Append(s_verbose).SelectMany(each => each.Aliases.Append(each.Name))];
        string[] strange = [.. parsed.Tokens.Select(token => token.Value.Split('=')[0])
            .Where(token => token.StartsWith("--", StringComparison.Ordinal) && token.Length > 2 && !options.Contains(token))];
        foreach (string token in strange)
        {
            error.WriteLine($"error: unknown option '{Printable.Text(token)}'{Question(token, options)}");
        }

        // What is left over or missing behind an unknown option is mostly its consequence.
        if (strange.Length == 0)
        {
            string[] names = [.. command.Subcommands.Select(each => each.Name)];
            foreach (string token in parsed.UnmatchedTokens)
            {
                error.WriteLine($"error: unknown {(names.Length > 0 ? "command" : "argument")} '{Printable.Text(token)}'{Question(token, names)}");
            }

            foreach (var each in parsed.Errors.Where(each => !parsed.UnmatchedTokens.Any(token => each.Message.Contains($"'{token}'", StringComparison.Ordinal))))
            {
                error.WriteLine($"error: {Printable.Text(each.Message)}");
            }
        }

        string path = string.Join(' ', Path(parsed));
        error.WriteLine($"See '{path} --help'.");
        return ExitCodes.UserError;
    }

    private static string Question(string token, IEnumerable<string> known) =>
        NearestName.Of(token, known) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    private static Stack<string> Path(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            names.Push(result.Parent is null ? "streamtrainer" : result.Command.Name);
        }

        return names;
    }

    private static int Report(Exception failure, bool verbose, TextWriter error)
    {
        while (failure is TargetInvocationException { InnerException: { } inner })
        {
            failure = inner;
        }

        (int code, string text) = failure switch
        {
            UserErrorException => (ExitCodes.UserError, failure.Message),
            RunFailedException => (ExitCodes.Failure, failure.Message),
            OperationCanceledException => (ExitCodes.Interrupted, "stopped"),
            _ => (ExitCodes.Failure, $"{failure.Message} ({failure.GetType().Name}; --verbose shows where)"),
        };
        error.WriteLine($"error: {Printable.Lines(text)}");
        if (verbose)
        {
            error.WriteLine(failure);
        }

        return code;
    }
}
