using System.ComponentModel;
using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Api.Contracts;

/// <summary>The machine, and what of it is in use.</summary>
internal sealed record SystemView
{
    [Description("The program's version.")]
    public required string Version { get; init; }

    [Description("When the service started.")]
    public required DateTime Started { get; init; }

    [Description("The machine.")]
    public required MachineFacts Machine { get; init; }

    [Description("Processes that ran or waited for a core, on average over the last 1, 5 and 15 minutes; absent where the system does not tell.")]
    public IReadOnlyList<double>? Load { get; init; }

    [Description("Memory of the service's own process, in bytes.")]
    public required long ServiceMemoryBytes { get; init; }

    [Description("The disk that the runs are on.")]
    public required DiskView Disk { get; init; }

    [Description("GPUs; empty where there are none.")]
    public required IReadOnlyList<GpuView> Gpus { get; init; }

    [Description("The slots, and who holds them.")]
    public required IReadOnlyList<SlotView> Slots { get; init; }

    [Description("Runs that wait in the queue.")]
    public required int Queued { get; init; }

    [Description("The folder of all runs.")]
    public required string Runs { get; init; }
}

/// <summary>A disk.</summary>
/// <param name="TotalBytes">Its size.</param>
/// <param name="FreeBytes">What of it is free.</param>
internal sealed record DiskView(long TotalBytes, long FreeBytes);

/// <summary>A slot.</summary>
/// <param name="Device">Its device; absent where the recipes choose.</param>
/// <param name="Run">The run that holds it; absent where it is free.</param>
internal sealed record SlotView(string? Device, string? Run);

/// <summary>A GPU.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Utilization">Share of the time that it computed, 0 to 1.</param>
/// <param name="MemoryUsedBytes">Memory in use.</param>
/// <param name="MemoryTotalBytes">Its memory.</param>
/// <param name="TemperatureCelsius">How hot it is.</param>
/// <param name="PowerWatts">What it takes.</param>
internal sealed record GpuView(int Index, string Name, double? Utilization, long? MemoryUsedBytes, long? MemoryTotalBytes, double? TemperatureCelsius, double? PowerWatts);
