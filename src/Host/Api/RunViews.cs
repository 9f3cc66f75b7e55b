using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service.Catalog;
using StreamTrainer.Host.Service.Queue;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Api;

/// <summary>What a directory and the queue say of a run, put together.</summary>
internal static class RunViews
{
    /// <summary>A run as it is shown.</summary>
    public static RunView Of(RunFacts facts, QueueEntry? entry)
    {
        RunSummary? summary = facts.Summary;
        RunStatus status = Status(facts, entry);
        bool active = status is RunStatus.Running or RunStatus.Stopping;
        EvaluationFacts? scored = facts.Evaluation;
        bool known = scored is null || summary?.State == RunState.Completed;
        return new RunView
        {
            Id = facts.Run.Id,
            State = status,
            Reason = Reason(facts, entry, status),
            Model = facts.Model,
            Description = facts.Description,
            Created = facts.Created,
            Started = summary?.StartedAt,
            Finished = facts.IsAlive ? null : summary?.FinishedAt,
            Progress = Progress(facts, active),
            Top1 = known ? summary?.Top1 : scored!.Top1,
            Top5 = known ? summary?.Top5 : scored!.Top5,
            BestTop1 = known ? summary?.BestTop1 : scored!.BestTop1,
            Queue = entry is null ? null : Queue(entry),
            Process = facts.Owner is { } owner ? new RunProcessView(owner.Process.Id, owner.Host, owner.Since)
                : facts.OtherHost is { } host ? new RunProcessView(null, host, null)
                : null,
        };
    }

    /// <summary>How a run stands.</summary>
    public static RunStatus Status(RunFacts facts, QueueEntry? entry) => entry?.State switch
    {
        QueueState.Queued => RunStatus.Queued,
        QueueState.BackingOff => RunStatus.Waiting,
        QueueState.Stopping => RunStatus.Stopping,
        QueueState.Running => facts.IsAlive ? RunStatus.Running : RunStatus.Starting,
        _ when facts.IsAlive => RunStatus.Running,
        _ => facts.Summary?.State switch
        {
            RunState.Completed => RunStatus.Completed,
            RunState.Stopped => RunStatus.Stopped,
            RunState.Failed => RunStatus.Failed,
            // Killed, or never begun: with a ticket somebody wanted it so, or the service gave it up.
            _ when entry is null => RunStatus.Lost,
            _ => entry.Reason is null ? RunStatus.Stopped : RunStatus.Failed,
        },
    };

    private static string? Reason(RunFacts facts, QueueEntry? entry, RunStatus status) =>
        entry?.Reason ?? (status == RunStatus.Failed ? facts.Summary?.Error : null)
        ?? (status == RunStatus.Queued && entry!.Ticket.After.Count > 0 ? $"waits for {string.Join(", ", entry.Ticket.After)}" : null);

    private static RunProgress? Progress(RunFacts facts, bool active)
    {
        if (facts.Summary is null && facts.Started is null)
        {
            return null;
        }

        RunSummary? summary = facts.Summary;
        // Of an ended process the summary tells; of one that trains or was killed, what it recorded.
        bool ended = !facts.IsAlive && summary is { State: not RunState.Running };
        long step = ended ? summary!.Steps : facts.Step?.Step ?? facts.Started?.Step ?? 0;
        long? total = facts.Started?.TotalSteps, perEpoch = facts.Started?.StepsPerEpoch;
        return new RunProgress
        {
            Step = step,
            TotalSteps = total,
            Epochs = ended ? summary!.Epochs : perEpoch > 0 ? step / (double)perEpoch : null,
            Share = total > 0 ? step / (double)total : null,
            SecondsLeft = active ? facts.Step?.SecondsLeft : null,
            WallSeconds = ended ? summary!.WallSeconds : summary is null || facts.Step is null ? null : summary.WallSeconds + (facts.Step.Time - summary.ResumedAt).TotalSeconds,
            ImagesPerSecond = ended ? summary!.ImagesPerSecond : facts.Step?.ImagesPerSecond,
            DataWaitShare = ended ? summary!.DataWaitShare : facts.Step?.DataWaitShare,
            Loss = facts.Step?.Loss,
            LearningRate = facts.Step?.LearningRate,
        };
    }

    private static RunQueueView Queue(QueueEntry entry) => new()
    {
        By = entry.Ticket.By,
        Submitted = entry.Ticket.Submitted,
        Priority = entry.Ticket.Priority,
        After = entry.Ticket.After,
        Launch = entry.Ticket.Launch == LaunchKind.Mpirun ? "mpirun" : "process",
        Ranks = entry.Ticket.Ranks,
        Slots = entry.Slots,
        Failures = entry.Failures,
        NotBefore = entry.State == QueueState.BackingOff ? entry.NotBefore : null,
    };
}
