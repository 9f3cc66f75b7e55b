using Spectre.Console;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Progress;

/// <summary>Chooses how a run is shown.</summary>
internal static class ProgressDisplay
{
    /// <summary>Live on a terminal, lines where it is redirected, warnings alone where it is to be quiet.</summary>
    public static IProgressDisplay For(TextWriter error, bool quiet, Recipe recipe)
    {
        if (quiet)
        {
            return new PlainProgress(error, recipe.Train.Epochs, notesOnly: true);
        }

        bool terminal = !Console.IsErrorRedirected && ReferenceEquals(error, Console.Error) && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        return terminal
            ? new LiveProgress(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }), recipe.Train.Epochs)
            : new PlainProgress(error, recipe.Train.Epochs);
    }
}
