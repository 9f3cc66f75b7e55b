using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service;
using StreamTrainer.Host.Service.Machine;
using StreamTrainer.Host.Service.Queue;

namespace StreamTrainer.Host.Api.Endpoints;

/// <summary>The machine.</summary>
internal static class SystemEndpoints
{
    private const string LoadFile = "/proc/loadavg";

    private static readonly DateTime s_started = DateTime.UtcNow;

    /// <summary>Maps it.</summary>
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/system", Get).WithTags("System").WithSummary("Cores, memory, disk, GPUs, slots.");

    private static Ok<SystemView> Get(ServicePaths paths, DeviceSlots slots, Supervisor supervisor, GpuReader gpus)
    {
        var disk = new DriveInfo(paths.Runs);
        QueueEntry[] entries = [.. supervisor.Entries.Values];
        return TypedResults.Ok(new SystemView
        {
            Version = RunEnvironment.ProductVersion,
            Started = s_started,
            Machine = MachineFacts.Read(),
            Load = File.Exists(LoadFile) ? [.. File.ReadAllText(LoadFile).Split(' ').Take(3).Select(text => double.Parse(text, CultureInfo.InvariantCulture))] : null,
            ServiceMemoryBytes = Environment.WorkingSet,
            Disk = new DiskView(disk.TotalSize, disk.AvailableFreeSpace),
            Gpus = gpus.Read(),
            Slots = [.. slots.Devices.Select((device, slot) => new SlotView(device, entries.FirstOrDefault(entry => entry.IsActive && entry.Slots.Contains(slot))?.Id))],
            Queued = entries.Count(entry => entry.State is QueueState.Queued or QueueState.BackingOff),
            Runs = paths.Runs,
        });
    }
}
