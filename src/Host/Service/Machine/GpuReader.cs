using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Service.Launch;

namespace StreamTrainer.Host.Service.Machine;

/// <summary>What nvidia-smi tells of the GPUs; asked every few seconds at most, and not where it is missing. For any thread.</summary>
internal sealed class GpuReader(TimeProvider time)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(3), s_patience = TimeSpan.FromSeconds(5);
    private static readonly string? s_program = OwnProgram.Find("nvidia-smi");

    private readonly Lock _lock = new();
    private (long At, IReadOnlyList<GpuView> Gpus)? _last;

    /// <summary>The GPUs; empty where there are none.</summary>
    public IReadOnlyList<GpuView> Read()
    {
        if (s_program is null)
        {
            return [];
        }

        lock (_lock)
        {
            if (_last is not { } last || time.GetElapsedTime(last.At) > s_fresh)
            {
                _last = last = (time.GetTimestamp(), Parse(Ask()));
            }

            return last.Gpus;
        }
    }

    /// <summary>Reads its table.</summary>
    internal static IReadOnlyList<GpuView> Parse(string table) => [.. table.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(',', StringSplitOptions.TrimEntries))
        .Where(cells => cells.Length == 7 && int.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .Select(cells => new GpuView(
            int.Parse(cells[0], CultureInfo.InvariantCulture), cells[1], Number(cells[2]) / 100, Bytes(cells[3]), Bytes(cells[4]), Number(cells[5]), Number(cells[6])))];

    private static double? Number(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    // It tells mebibytes.
    private static long? Bytes(string cell) => (long?)(Number(cell) * (1 << 20));

    private static string Ask()
    {
        try
        {
            var start = new ProcessStartInfo(s_program!, ["--query-gpu=index,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw", "--format=csv,noheader,nounits"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            if (process.WaitForExit(s_patience))
            {
                return process.ExitCode == 0 ? output.GetAwaiter().GetResult() : "";
            }

            process.Kill();
            return "";
        }
        catch (Exception error) when (error is Win32Exception or IOException or InvalidOperationException)
        {
            return "";
        }
    }
}
