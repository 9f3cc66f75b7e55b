using System.Globalization;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service;
using StreamTrainer.Host.Service.Queue;
using StreamTrainer.Pipeline;
using Xunit;

namespace StreamTrainer.Host.Tests.Service;

/// <summary>The order of the queue, its slots, and what its database keeps.</summary>
public sealed class QueueTests : IDisposable
{
    private static readonly DateTime s_start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheHigherPriorityComesFirstAndThenTheEarlier()
    {
        QueueEntry[] entries = [Queued("late", 0, minute: 2), Queued("early", 0, minute: 1), Queued("urgent", 5, minute: 3)];
        Assert.Equal("urgent", Next(entries, "1")?.Entry.Id);
        Assert.Equal("early", Next(entries[..2], "1")?.Entry.Id);
    }

    [Fact]
    public void ARunThatWaitsForAnotherIsPassedOver()
    {
        QueueEntry[] entries = [Queued("second", 9, after: ["first"]), Queued("other", 0)];
        Assert.Equal("other", Next(entries, "1")?.Entry.Id);
        Assert.Equal("second", QueueOrder.Next(entries, DeviceSlots.Parse("1"), _ => true)?.Entry.Id);
    }

    [Fact]
    public void ALargeRunIsNotPassedOver()
    {
        QueueEntry[] entries = [Running("r", 0), Queued("large", 1, ranks: 2), Queued("small", 0)];
        Assert.Null(Next(entries, "2"));
        Assert.Equal([1, 2], Next(entries, "3")!.Value.Slots);
    }

    [Fact]
    public void SlotsAreHeldOnce()
    {
        QueueEntry[] entries = [Running("a", 0), Running("b", 2), Queued("c", 0)];
        Assert.Equal([1], Next(entries, "3")!.Value.Slots);
        Assert.Null(Next([Running("a", 0), Queued("c", 0)], "1"));
    }

    [Fact]
    public void DevicesAreShownToTheirRuns()
    {
        DeviceSlots slots = DeviceSlots.Parse("cuda:0, cuda:3");
        Assert.Equal("3", slots.Environment([1])["CUDA_VISIBLE_DEVICES"]);
        Assert.Equal("0,3", slots.Environment([0, 1])["CUDA_VISIBLE_DEVICES"]);
        Assert.Equal("", DeviceSlots.Parse("cpu,cuda:0").Environment([0])["CUDA_VISIBLE_DEVICES"]);
        Assert.Empty(DeviceSlots.Parse("2").Environment([1]));
        Assert.All((string[])["", "0", "-1", "cuda", "cuda:0,cuda:0", "gpu:0", "1,2"], text => Assert.Throws<UserErrorException>(() => DeviceSlots.Parse(text)));
    }

    [Fact]
    public void TheDatabaseKeepsAllOfAnEntry()
    {
        QueueEntry entry = Queued("r", 3, after: ["a", "b"], ranks: 2) with
        {
            State = QueueState.Stopping,
            Process = new ProcessIdentity(17, "boot/99"),
            StartedAt = s_start.AddMinutes(1),
            NotBefore = s_start.AddMinutes(2),
            KillAt = s_start.AddMinutes(3),
            Failures = 2,
            FromStep = 40,
            Slots = [0, 2],
            Reason = "why",
        };
        string path = Path.Combine(_folder.Path, "queue.db");
        using (QueueStore store = Open(path))
        {
            store.Save(entry with { Failures = 0 });
            store.Save(entry);
            store.Save(Queued("gone", 0));
            store.Remove("gone");
        }

        using QueueStore again = Open(path);
        QueueEntry read = Assert.Single(again.All());
        Assert.Equal(entry.Slots, read.Slots);
        Assert.Equal(entry.Ticket.After, read.Ticket.After);
        Assert.Equal(entry with { Slots = [], Ticket = entry.Ticket with { After = [] } }, read with { Slots = [], Ticket = read.Ticket with { After = [] } });
    }

    [Theory]
    [InlineData(100)]
    [InlineData(0)]
    [InlineData(5000)]
    public void ADamagedDatabaseIsMovedAsideAndBegunAnew(int at)
    {
        string path = Path.Combine(_folder.Path, "queue.db");
        using (QueueStore store = Open(path))
        {
            for (int i = 0; i < 50; i++)
            {
                store.Save(Queued(i.ToString(CultureInfo.InvariantCulture), 0));
            }
        }

        byte[] bytes = File.ReadAllBytes(path);
        Array.Fill(bytes, (byte)0xee, at, bytes.Length - at);
        File.WriteAllBytes(path, bytes);
        string? aside = null;
        using QueueStore again = QueueStore.Open(path, (moved, _) => aside = moved);
        Assert.NotNull(aside);
        Assert.True(File.Exists(aside));
        Assert.Empty(again.All());
        again.Save(Queued("r", 0));
    }

    private static QueueStore Open(string path) => QueueStore.Open(path, (_, why) => Assert.Fail(why));

    private static (QueueEntry Entry, IReadOnlyList<int> Slots)? Next(IEnumerable<QueueEntry> entries, string slots) =>
        QueueOrder.Next(entries, DeviceSlots.Parse(slots), _ => false);

    private static QueueEntry Queued(string id, int priority, int minute = 0, IReadOnlyList<string>? after = null, int ranks = 1) =>
        new(id, new RunTicket { Priority = priority, Submitted = s_start.AddMinutes(minute), After = after ?? [], Ranks = ranks });

    private static QueueEntry Running(string id, int slot) => Queued(id, 0) with { State = QueueState.Running, Slots = [slot] };
}
