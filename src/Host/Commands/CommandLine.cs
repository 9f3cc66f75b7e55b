using System.CommandLine;
using System.Reflection;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Telemetry;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary>The command line: which commands there are, and what an error becomes. A new command is its file and one line here.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Gets the answer.</param>
    /// <param name="error">Gets what is wrong.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var writers = new CommandOutput(output, error);
        RootCommand root = Root(writers);
        // No response files: an image may be named @1.jpg.
        ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && !args.Any(argument => argument is "--help" or "-h" or "-?" or "--version"))
        {
            return ParseErrors(parsed, error);
        }

        // Signals are ours: the library would end the process two seconds after the first.
        var configuration = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return Done(parsed, parsed.Invoke(configuration));
        }
        catch (Exception failure)
        {
            return Done(parsed, Report(failure, parsed.GetValue(SharedOptions.Verbose), error));
        }
    }

    private static RootCommand Root(CommandOutput output) => new("Trains image classifiers, and says exactly where the time goes.")
    {
        SharedOptions.Verbose,
        TrainCommand.Create(output),
        ResumeCommand.Create(output),
        EvalCommand.Create(output),
        PredictCommand.Create(output),
        RecipeCommand.Create(output),
        DoctorCommand.Create(output),
    };

    private static int Done(ParseResult parsed, int code)
    {
        HostMetrics.CommandDone(string.Join(' ', Path(parsed).Skip(1)), code);
        return code;
    }

    private static int ParseErrors(ParseResult parsed, TextWriter error)
    {
        Command command = parsed.CommandResult.Command;
        string[] known = [.. command.Subcommands.Select(each => each.Name), .. command.Options.Select(each => each.Name)];
        foreach (string token in parsed.UnmatchedTokens)
        {
            string? nearest = NearestName.Of(token, known);
            string hint = nearest is null ? "" : $"; did you mean '{nearest}'?";
            error.WriteLine($"error: unknown {(token.StartsWith('-') ? "option" : "argument")} '{Printable.Text(token)}'{hint}");
        }

        foreach (var each in parsed.Errors.Where(each => parsed.UnmatchedTokens.Count == 0 || !parsed.UnmatchedTokens.Any(token => each.Message.Contains($"'{token}'", StringComparison.Ordinal))))
        {
            error.WriteLine($"error: {Printable.Text(each.Message)}");
        }

        string path = string.Join(' ', Path(parsed));
        error.WriteLine($"See '{path} --help'.");
        return ExitCodes.UserError;
    }

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
            RunCrashedException crash => (ExitCodes.Failure, $"{Sentence(crash.InnerException!)} (details: {crash.LogFile})"),
            _ => (ExitCodes.Failure, $"{Sentence(failure)} (--verbose shows where)"),
        };
        error.WriteLine($"error: {Printable.Lines(text)}");
        if (verbose)
        {
            error.WriteLine(Printable.Lines(failure.ToString()));
        }

        return code;
    }

    // libtorch's messages go on with the stack of its own code.
    private static string Sentence(Exception failure) => $"{failure.GetType().Name}: {failure.Message.Trim().Split('\n')[0].Trim()}";
}
