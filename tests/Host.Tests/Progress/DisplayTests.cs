using Microsoft.Extensions.Logging;
using Spectre.Console;
using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.Progress;

/// <summary>What a display must bear: a reader that is gone, steps in a flood, names that are no good.</summary>
public sealed class DisplayTests
{
    [Fact]
    public void Steps_come_as_lines_no_more_often_than_every_five_seconds()
    {
        var clock = new Clock();
        using var writer = new StringWriter();
        using var progress = new PlainProgress(writer, epochs: 2, time: clock);
        progress.On(new RunStarted { TotalSteps = 1000, StepsPerEpoch = 500 });
        for (int step = 1; step < 100; step++)
        {
            progress.On(new StepLogged { Step = step });
            clock.Now += TimeSpan.FromSeconds(1);
        }

        string[] steps = [.. writer.ToString().Split('\n').Where(line => line.Contains("  step ", StringComparison.Ordinal)).Select(line => line.Split("  ")[1])];
        Assert.Equal(20, steps.Length);
        Assert.Equal("step 1/1000", steps[0]);
        Assert.Equal("step 6/1000", steps[1]);
    }

    [Fact]
    public void Epochs_and_checkpoints_have_their_lines()
    {
        using var writer = new StringWriter();
        using var progress = new PlainProgress(writer, epochs: 3);
        progress.On(new EpochFinished { Epoch = 1, Step = 20, Loss = 0.5 });
        progress.On(new CheckpointSaved { Step = 20, Path = "runs/a\u001b[2J/checkpoints/step-00000020", Seconds = 0.25 });
        Assert.Equal(
            ["epoch 2/3 done  step 20  loss 0.5000", @"checkpoint runs/a\x1b[2J/checkpoints/step-00000020 (0.25 s)"],
            writer.ToString().TrimEnd().ReplaceLineEndings("\n").Split('\n'));
    }

    [Fact]
    public void Quiet_means_warnings_alone()
    {
        using var writer = new StringWriter();
        using var progress = new PlainProgress(writer, epochs: 1, notesOnly: true);
        progress.On(new RunStarted { TotalSteps = 3 });
        progress.On(new Evaluated { Top1 = 1 });
        progress.Note("run a in runs/a");
        progress.Note("warning: something");
        Assert.Equal("warning: something", writer.ToString().Trim());
    }

    [Fact]
    public void A_reader_that_is_gone_does_not_end_training()
    {
        using var writer = new BrokenWriter();
        using var progress = new PlainProgress(writer, epochs: 1);
        progress.On(new RunStarted());
        progress.On(new Evaluated());
        progress.Note("more");
        // Given up after the first, not tried again and again.
        Assert.Equal(1, writer.Tries);
    }

    [Fact]
    public void A_terminal_that_is_gone_does_not_end_training()
    {
        using var writer = new BrokenWriter();
        using (var progress = new LiveProgress(Console(writer), epochs: 1))
        {
            progress.On(new RunStarted { TotalSteps = 2 });
            progress.On(new StepLogged { Step = 1 });
            progress.Note("warning: more");
            progress.Restore();
        }

        Assert.True(writer.Tries > 0);
    }

    [Fact]
    public void The_cursor_comes_back_when_the_process_ends_at_once()
    {
        using var writer = new StringWriter();
        using var progress = new LiveProgress(Console(writer), epochs: 1);
        progress.Restore();
        Assert.Contains("\u001b[?25h", writer.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogLevel.Warning, false, "warning: text")]
    [InlineData(LogLevel.Warning, true, "warning: text")]
    [InlineData(LogLevel.Information, false, "")]
    [InlineData(LogLevel.Information, true, "text")]
    [InlineData(LogLevel.Debug, true, "")]
    [InlineData(LogLevel.Error, true, "")]
    public void Of_the_log_warnings_are_shown_or_all_where_asked(LogLevel level, bool verbose, string shown)
    {
        using var writer = new StringWriter();
        using var progress = new PlainProgress(writer, epochs: 1);
        new DisplayLogger(progress, verbose).Log(level, new EventId(1), "text", null, (text, _) => text);
        Assert.Equal(shown, writer.ToString().Trim());
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\tb\r\n", @"a\x09b\x0d\x0a")]
    [InlineData("\u001b]0;title\u0007", @"\x1b]0;title\x07")]
    [InlineData("\u009b31m", @"\x9b31m")]
    [InlineData("gpj.\u202Egpj", @"gpj.\x202egpj")]
    [InlineData("[bold]ü 漢[/]", "[bold]ü 漢[/]")]
    public void Names_are_shown_and_not_obeyed(string name, string shown) => Assert.Equal(shown, Printable.Text(name));

    [Fact]
    public void Lines_stay_where_they_are_meant() => Assert.Equal("a\n\\x1bb", Printable.Lines("a\n\u001bb"));

    private static IAnsiConsole Console(TextWriter writer) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(writer),
        Ansi = AnsiSupport.Yes,
        Interactive = InteractionSupport.Yes,
    });

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long GetTimestamp() => Now.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }

    private sealed class BrokenWriter : StringWriter
    {
        public int Tries { get; private set; }

        public override void Write(char value) => Fail();

        public override void Write(string? value) => Fail();

        public override void Write(char[] buffer, int index, int count) => Fail();

        public override void Write(ReadOnlySpan<char> buffer) => Fail();

        public override void WriteLine(string? value) => Fail();

        private void Fail()
        {
            Tries++;
            throw new IOException("the reader is gone");
        }
    }
}
