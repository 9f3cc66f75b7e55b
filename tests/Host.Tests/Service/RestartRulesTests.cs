using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service;
using StreamTrainer.Host.Service.Queue;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.Service;

/// <summary>What comes after the end of a run's process.</summary>
public sealed class RestartRulesTests
{
    private static readonly DateTime s_now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private static readonly ServiceSettings s_settings = new() { Restarts = 2, BackOffSeconds = 5, LongestBackOffSeconds = 15 };

    private readonly QueueEntry _running = new("r", new RunTicket()) { State = QueueState.Running, FromStep = 10, Slots = [1] };

    [Fact]
    public void WhatIsCompleteEnds()
    {
        QueueEntry after = After(_running, 0, new RunSummary { State = RunState.Completed });
        Assert.Equal(QueueState.Ended, after.State);
        Assert.Empty(after.Slots);
        Assert.Null(after.Reason);
    }

    [Fact]
    public void ACrashStartsAgainAfterALongerAndLongerWaitUntilThereWereTooMany()
    {
        QueueEntry entry = _running;
        foreach (double wait in (double[])[5, 10])
        {
            entry = After(entry, 139, new RunSummary());
            Assert.Equal(QueueState.BackingOff, entry.State);
            Assert.Equal(s_now.AddSeconds(wait), entry.NotBefore);
            Assert.Contains("signal 11", entry.Reason, StringComparison.Ordinal);
        }

        entry = After(entry, 139, new RunSummary());
        Assert.Equal(QueueState.Ended, entry.State);
        Assert.Equal(RunWish.Rest, entry.Ticket.Wish);
        Assert.Contains("3 crashes", entry.Ticket.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ARunThatCameFurtherCrashesForTheFirstTime()
    {
        QueueEntry entry = After(_running with { Failures = 2 }, 139, new RunSummary(), step: 20);
        Assert.Equal(QueueState.BackingOff, entry.State);
        Assert.Equal(1, entry.Failures);
    }

    [Fact]
    public void TheWaitHasALongest() =>
        Assert.Equal(s_now.AddSeconds(15), After(_running with { Failures = 9, Ticket = new RunTicket { Restarts = 20 } }, 1, new RunSummary()).NotBefore);

    [Fact]
    public void AMistakeIsNotTriedAgain()
    {
        QueueEntry entry = After(_running, 2, new RunSummary { State = RunState.Failed, ExitCode = 2, Error = "data.train: nothing there" });
        Assert.Equal(QueueState.Ended, entry.State);
        Assert.Equal("data.train: nothing there", entry.Ticket.Reason);
        // One that never came to the run.
        Assert.Equal(QueueState.Ended, After(_running, 2, summary: null).State);
        // One that was refused because another trains it has written no summary of its own.
        Assert.Equal(QueueState.BackingOff, After(_running, 2, new RunSummary { State = RunState.Running }).State);
    }

    [Fact]
    public void WhatWasAskedToRestRests()
    {
        QueueEntry entry = After(_running with { Ticket = new RunTicket { Wish = RunWish.Rest, Reason = "its time limit is over" } }, 143, new RunSummary { State = RunState.Stopped });
        Assert.Equal(QueueState.Ended, entry.State);
        Assert.Equal("its time limit is over", entry.Reason);
    }

    [Fact]
    public void AnEndThatNobodySawIsNoCrash()
    {
        QueueEntry entry = RestartRules.AfterAbsence(_running with { Failures = 2 }, new ProcessEnd(null, new RunSummary(), 10, null), s_now);
        Assert.Equal((QueueState.Queued, 2), (entry.State, entry.Failures));
        Assert.Null(entry.Reason);
    }

    private static QueueEntry After(QueueEntry entry, int? code, RunSummary? summary, long step = 10) =>
        RestartRules.After(entry, new ProcessEnd(code, summary, step, null), s_now, s_settings);
}
