using System.Globalization;
using StreamTrainer.Model.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Host.Models;

/// <summary>
/// The most memory that something took. On the CPU the process's resident memory (Linux: VmHWM of /proc/self/status, set back by
/// /proc/self/clear_refs), on a GPU what the driver has given away: libtorch's allocator keeps what it once had, so that is its peak.
/// Both over what there was at the start.
/// </summary>
internal abstract class PeakMemory
{
    private double _before;

    /// <summary>For a device.</summary>
    public static PeakMemory Of(Device device) => device.type == DeviceType.CUDA ? new OfDevice(device.index) : new OfProcess();

    /// <summary>The most bytes that this process ever took of a device's memory; none: this system does not tell.</summary>
    /// <param name="device">As a run's start names it: <c>cpu, 2 threads</c> or <c>cuda:0</c>.</param>
    public static double? OfWholeProcess(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(device.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? new OfDevice(index).Peak()
            : new OfProcess().Peak();
    }

    /// <summary>From now on.</summary>
    public void Start() => _before = Reset() ?? 0;

    /// <summary>The most since, in 10^6 bytes; none: this system does not tell.</summary>
    public double? PeakMb() => Peak() is { } peak ? Math.Max(0, (peak - _before) / 1e6) : null;

    /// <summary>Forgets peaks; gives the bytes in use.</summary>
    protected abstract double? Reset();

    /// <summary>The most bytes since.</summary>
    protected abstract double? Peak();

    private sealed class OfProcess : PeakMemory
    {
        protected override double? Reset()
        {
            GC.Collect();
            try
            {
                File.WriteAllText("/proc/self/clear_refs", "5");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Not Linux, or not allowed: the peak of the process's whole life is told.
            }

            return Field("VmRSS:");
        }

        protected override double? Peak() => Field("VmHWM:");

        private static double? Field(string name)
        {
            const string Status = "/proc/self/status";
            return File.Exists(Status) && File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
                && double.TryParse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture, out double kilobytes) ? kilobytes * 1024 : null;
        }
    }

    private sealed class OfDevice(int index) : PeakMemory
    {
        protected override double? Reset() => TorchRuntime.CudaUsedMemory(index);

        protected override double? Peak() => TorchRuntime.CudaUsedMemory(index);
    }
}
