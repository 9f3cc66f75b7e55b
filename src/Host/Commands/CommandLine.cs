using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Ranks;
using StreamTrainer.Host.Telemetry;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary>The command line: which commands there are, and what an error becomes. A new command is its file and one line here.</summary>
internal static class CommandLine
{
    /// <summary>The program's name, as it is called.</summary>
    public const string Name = "streamtrainer";

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
        bool helpAsked = parsed.GetResult(root.Options.OfType<HelpOption>().Single()) is { Implicit: false };
        if (!helpAsked && ParseMistakes.Of(parsed) is { Count: > 0 } mistakes)
        {
            foreach (string mistake in mistakes)
            {
                error.WriteLine(Printable.Text(mistake));
            }

            return ExitCodes.UserError;
        }

        // Signals are ours: the library would end the process two seconds after the first.
        var configuration = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        FileSizeSignal.Handle();
        try
        {
            return Done(parsed, parsed.Invoke(configuration));
        }
        catch (Exception failure)
        {
            return Done(parsed, Report(failure, parsed.GetValue(SharedOptions.Verbose), error));
        }
    }

    private static RootCommand Root(CommandOutput output)
    {
        var root = new RootCommand("Trains image classifiers, and says exactly where the time goes.")
        {
            SharedOptions.Verbose,
            TrainCommand.Create(output),
            ResumeCommand.Create(output),
            SweepCommand.Create(output),
            EvalCommand.Create(output),
            ReproduceCommand.Create(output),
            PredictCommand.Create(output),
            PreviewCommand.Create(output),
            ReportCommand.Create(output),
            ReplayCommand.Create(output),
            PackCommand.Create(output),
            UnpackCommand.Create(output),
            InspectCommand.Create(output),
            ModelsCommand.Create(output),
            BenchCommand.Create(output),
            PlanCommand.Create(output),
            ExportCommand.Create(output),
            RecipeCommand.Create(output),
            DoctorCommand.Create(output),
        };
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static int Done(ParseResult parsed, int code)
    {
        HostMetrics.CommandDone(ParseMistakes.Path(parsed.CommandResult), code);
        return code;
    }

    /// <summary>What an error ends the program with, and what is told of it.</summary>
    internal static (int Code, string Text) Describe(Exception failure)
    {
        while (failure is TargetInvocationException { InnerException: { } inner })
        {
            failure = inner;
        }

        return failure switch
        {
            UserErrorException => (ExitCodes.UserError, failure.Message),
            RunFailedException => (ExitCodes.Failure, failure.Message),
            OperationCanceledException => (ExitCodes.Interrupted, "stopped"),
            RunCrashedException crash => (ExitCodes.Failure, $"{Sentence(crash.InnerException!)} (details: {crash.LogFile})"),
            _ => (ExitCodes.Failure, $"{Sentence(failure)} (--verbose shows where)"),
        };
    }

    private static int Report(Exception failure, bool verbose, TextWriter error)
    {
        if (failure is OtherRankFailedException other)
        {
            return other.Code;
        }

        (int code, string text) = Describe(failure);
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
