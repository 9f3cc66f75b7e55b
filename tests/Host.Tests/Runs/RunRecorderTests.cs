using Microsoft.Extensions.Logging;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.Runs;

/// <summary>What is recorded of a run, and the log for people.</summary>
public sealed class RunRecorderTests : IDisposable
{
    private static readonly InvalidOperationException s_error = new("why");

    private readonly TemporaryFolder _folder = new();
    private readonly RunDirectory _run;
    private readonly ListLogger _console = new();

    public RunRecorderTests() =>
        _run = RunDirectory.Create(_folder.Path, "one", RecipeLoader.Parse("data: {train: a}", "r"), []);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Events_can_be_read_at_once_and_corrupt_samples_are_listed_once()
    {
        using (var recorder = new RunRecorder(_run, _console))
        {
            recorder.On(new RunStarted { Model = "resnet18" });
            recorder.On(new SampleRejected { Sample = "a/1.jpg", Reason = "zero\nbytes" });
            recorder.On(new SampleRejected { Sample = "a/1.jpg", Reason = "zero bytes" });
            Assert.Equal(3, EventLogReader.Read(_run.EventsFile).Count());
            recorder.On(new CheckpointSaved { Step = 1 });
        }

        using (var recorder = new RunRecorder(_run, _console))
        {
            recorder.On(new SampleRejected { Sample = "a/1.jpg", Reason = "again, after a resume" });
            recorder.On(new SampleRejected { Sample = "b/2.jpg", Reason = "truncated" });
            recorder.On(new RunFinished { State = RunState.Completed });
            Assert.Equal(2, recorder.BadSampleCount);
        }

        Assert.Equal(["a/1.jpg\tzero bytes", "b/2.jpg\ttruncated"], File.ReadAllLines(_run.BadSamplesFile));
        Assert.Equal(7, EventLogReader.Read(_run.EventsFile).Count());
        Assert.Empty(_console.Lines);
    }

    [Fact]
    public void What_cannot_be_recorded_is_told_once_and_does_not_end_training()
    {
        Directory.CreateDirectory(_run.BadSamplesFile);
        using var recorder = new RunRecorder(_run, _console);
        recorder.On(new SampleRejected { Sample = "a", Reason = "r" });
        recorder.On(new SampleRejected { Sample = "b", Reason = "r" });
        Assert.Equal($"Warning what happens cannot be recorded in {_run.Path}: ", Assert.Single(_console.Lines)[..(45 + _run.Path.Length)]);
        recorder.On(new RunFinished());
        Assert.Equal(3, EventLogReader.Read(_run.EventsFile).Count());
    }

    [Fact]
    public void A_full_disk_does_not_end_training()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        File.CreateSymbolicLink(_run.LogFile, "/dev/full");
        using var log = new RunLogger(_run, _console);
        log.Log(LogLevel.Information, default, "a", null, (text, _) => text);
        log.Log(LogLevel.Information, default, "b", null, (text, _) => text);
        Assert.Equal(3, _console.Lines.Count);
        Assert.StartsWith($"Warning the log {_run.LogFile} cannot be written: ", Assert.Single(_console.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_log_has_a_line_a_message_and_goes_on_after_a_resume()
    {
        using (var log = new RunLogger(_run, _console, time: new FixedTime()))
        {
            log.Log(LogLevel.Information, default, "first", null, (text, _) => text);
            log.Log(LogLevel.Debug, default, "not written", null, (text, _) => text);
            log.Log(LogLevel.Error, default, "two\nlines", null, (text, _) => text);
        }

        using (var log = new RunLogger(_run, null, LogLevel.Debug, new FixedTime()))
        {
            log.Log(LogLevel.Debug, default, "with", s_error, (text, _) => text);
        }

        string[] lines = File.ReadAllLines(_run.LogFile);
        Assert.Equal("2026-01-02T03:04:05.678Z info  first", lines[0]);
        Assert.Equal("2026-01-02T03:04:05.678Z error two", lines[1]);
        Assert.Equal("    lines", lines[2]);
        Assert.Equal("2026-01-02T03:04:05.678Z debug with", lines[3]);
        Assert.Equal("    System.InvalidOperationException: why", lines[4]);
        Assert.Equal(["Information first", "Debug not written", "Error two\nlines"], _console.Lines);
    }

    [Fact]
    public void Lines_of_many_threads_do_not_mix()
    {
        using var log = new RunLogger(_run);
        Parallel.For(0, 8, thread =>
        {
            string line = new((char)('a' + thread), 50);
            for (int i = 0; i < 200; i++)
            {
                log.Log(LogLevel.Information, default, line, null, (text, _) => text);
            }
        });
        string[] lines = File.ReadAllLines(_run.LogFile);
        Assert.Equal(1600, lines.Length);
        Assert.All(lines, line => Assert.Matches(@" info  (\w)\1{49}$", line));
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    }

    private sealed class ListLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add($"{logLevel} {formatter(state, exception)}");
    }
}
