using Spectre.Console;
using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.Progress;

public sealed class LiveProgressTests
{
    [Fact]
    public void NotesStayAndNothingIsLeftOfTheRest()
    {
        using var writer = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes });
        using (var progress = new LiveProgress(console, epochs: 2))
        {
            progress.On(new RunStarted { TotalSteps = 10, Model = "resnet18" });
            for (int step = 1; step <= 10; step++)
            {
                progress.On(new StepLogged { Step = step, Loss = 1.25, SecondsLeft = 10 - step });
                Thread.Sleep(150);
            }

            progress.On(new Evaluated { Top1 = 0.5, Samples = 4 });
            // Markup and control characters in a name are shown, not obeyed.
            progress.Note("[red]x[/]\r");
        }

        string text = writer.ToString();
        Assert.Contains("resnet18", text, StringComparison.Ordinal);
        Assert.Contains("top-1 50.00 %", text, StringComparison.Ordinal);
        Assert.Contains(@"[red]x[/]\x0d", text, StringComparison.Ordinal);
        Assert.Contains("1.2500", text, StringComparison.Ordinal);
    }
}
