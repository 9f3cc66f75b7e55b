namespace StreamTrainer.Host.Service.Queue;

/// <summary>
/// Which run comes next: the one of the highest priority, of those the one that was submitted first. Runs that wait for others are
/// passed over; one that wants more slots than are free is not: it would never come, if smaller ones always went by it.
/// </summary>
internal static class QueueOrder
{
    /// <summary>The run to start now, with its slots; null where none can be.</summary>
    /// <param name="entries">All runs.</param>
    /// <param name="slots">All slots.</param>
    /// <param name="isComplete">Whether a run has come to its end.</param>
    public static (QueueEntry Entry, IReadOnlyList<int> Slots)? Next(IEnumerable<QueueEntry> entries, DeviceSlots slots, Func<string, bool> isComplete)
    {
        QueueEntry[] all = [.. entries];
        QueueEntry? next = all.Where(entry => entry.State == QueueState.Queued && entry.Ticket.After.All(isComplete))
            .OrderByDescending(entry => entry.Ticket.Priority).ThenBy(entry => entry.Ticket.Submitted).ThenBy(entry => entry.Id, StringComparer.Ordinal)
            .FirstOrDefault();
        // More than there are: they were taken away since it was submitted. It has all that there are, as some rank for each.
        return next is not null && slots.Free(Math.Min(next.Ticket.Ranks, slots.Count), all.Where(entry => entry.IsActive).SelectMany(entry => entry.Slots)) is { } free
            ? (next, free)
            : null;
    }
}
