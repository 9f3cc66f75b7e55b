using System.Globalization;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Service.Queue;

/// <summary>What is known of a process's end.</summary>
/// <param name="ExitCode">What it ended with, or 128 and the signal; null: it was another's child, or ended before this service began.</param>
/// <param name="Summary">The run's summary; null: none.</param>
/// <param name="Step">Its newest checkpoint's step; -1: none.</param>
/// <param name="Complaint">The last error that it wrote to its output; null: none.</param>
internal sealed record ProcessEnd(int? ExitCode, RunSummary? Summary, long Step, string? Complaint);

/// <summary>
/// What comes after the end of a run's process. Complete: nothing. Asked to rest: nothing. A mistake that no further start mends (exit
/// code 2): it rests, failed. All else is a crash: it starts again from its newest checkpoint after a wait that doubles from crash to
/// crash, and rests after so many crashes without a new checkpoint between them.
/// </summary>
internal static class RestartRules
{
    /// <summary>The run's next entry; its ticket is another where the run is to rest.</summary>
    public static QueueEntry After(QueueEntry entry, ProcessEnd end, DateTime now, ServiceSettings settings)
    {
        QueueEntry rest = Resting(entry);
        if (Ended(rest, end) is { } ended)
        {
            return ended;
        }

        int failures = end.Step > entry.FromStep ? 1 : entry.Failures + 1;
        int cap = entry.Ticket.Restarts ?? settings.Restarts;
        string why = Why(end);
        if (failures > cap)
        {
            return Fail(rest with { Failures = failures }, $"{why}; given up after {Counted.Of(failures, "crash", "crashes")} without a new checkpoint");
        }

        double wait = Math.Min(settings.LongestBackOffSeconds, settings.BackOffSeconds * Math.Pow(2, failures - 1));
        return rest with
        {
            State = QueueState.BackingOff,
            Failures = failures,
            NotBefore = now.AddSeconds(wait),
            Reason = string.Create(CultureInfo.InvariantCulture, $"{why}; starts again {wait:0.#} s after that"),
        };
    }

    /// <summary>As <see cref="After"/>, for a process that ended while no service watched: it may have been killed with it, so that is no
    /// crash, and the run goes on at once.</summary>
    public static QueueEntry AfterAbsence(QueueEntry entry, ProcessEnd end, DateTime now)
    {
        QueueEntry rest = Resting(entry);
        return Ended(rest, end) ?? rest with { State = QueueState.Queued, NotBefore = now };
    }

    private static QueueEntry Resting(QueueEntry entry) => entry with { State = QueueState.Ended, Process = null, Slots = [], KillAt = null, Reason = null };

    /// <summary>The entry of a run that does not start again by itself; null where it crashed.</summary>
    private static QueueEntry? Ended(QueueEntry rest, ProcessEnd end)
    {
        if (end.Summary?.State == RunState.Completed)
        {
            return rest with { Failures = 0 };
        }

        if (rest.Ticket.Wish == RunWish.Rest)
        {
            return rest with { Reason = rest.Ticket.Reason };
        }

        // Without a summary of its own the process never came to the run: then the code speaks of the run's directory.
        bool mistake = end.Summary is { State: RunState.Failed, ExitCode: ExitCodes.UserError } || (end.Summary is null && end.ExitCode == ExitCodes.UserError);
        return mistake ? Fail(rest, Why(end)) : null;
    }

    private static QueueEntry Fail(QueueEntry rest, string reason) =>
        rest with { Ticket = rest.Ticket with { Wish = RunWish.Rest, Reason = reason }, Reason = reason };

    private static string Why(ProcessEnd end) =>
        end.Summary is { State: RunState.Failed, Error: { } error } ? error
        : end.Complaint ?? (end.ExitCode switch
        {
            null => "its process is gone",
            > 128 and var code => string.Create(CultureInfo.InvariantCulture, $"its process was killed by signal {code - 128}"),
            var code => string.Create(CultureInfo.InvariantCulture, $"its process ended with exit code {code}"),
        });
}
