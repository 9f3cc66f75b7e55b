using System.Globalization;
using System.Runtime.InteropServices;

namespace StreamTrainer.Host.Runs;

/// <summary>What the machine is, and how much of it this process may use.</summary>
public sealed record MachineFacts
{
    /// <summary>Instruction sets that some code here has a use for, as /proc/cpuinfo names them.</summary>
    private static readonly string[] s_sets =
    [
        "sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx512vbmi",
        "avx512_vbmi2", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_bf16", "asimd", "asimddp", "sve", "sve2", "bf16", "i8mm",
    ];

    /// <summary>The host's name.</summary>
    public string Host { get; init; } = "";

    /// <summary>The processor's name.</summary>
    public string Cpu { get; init; } = "";

    /// <summary>Its instruction sets, those that some code here has a use for.</summary>
    public IReadOnlyList<string> InstructionSets { get; init; } = [];

    /// <summary>Logical cores of the machine.</summary>
    public int MachineCores { get; init; }

    /// <summary>Cores that this process may use, by affinity and by the control group's limit.</summary>
    public int Cores { get; init; }

    /// <summary>The control group's limit of cores; null: none.</summary>
    public double? CgroupCores { get; init; }

    /// <summary>The control group's limit of memory in bytes; null: none.</summary>
    public long? CgroupMemoryBytes { get; init; }

    /// <summary>Memory of the machine in bytes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Memory that is free or can be freed, in bytes; of the machine, not of the control group.</summary>
    public long AvailableMemoryBytes { get; init; }

    /// <summary>The facts of this machine.</summary>
    public static MachineFacts Read() => Read("/");

    /// <summary>The facts by the <c>proc</c> and <c>sys</c> folders below <paramref name="root"/>.</summary>
    internal static MachineFacts Read(string root)
    {
        string[] cpu = Lines(root, "proc/cpuinfo");
        string[] memory = Lines(root, "proc/meminfo");
        var limits = CgroupLimits.Read(root);
        string flags = " " + (Field(cpu, "flags") ?? Field(cpu, "Features") ?? "") + " ";
        GCMemoryInfo collector = GC.GetGCMemoryInfo();
        return new MachineFacts
        {
            Host = Environment.MachineName,
            Cpu = Field(cpu, "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
            InstructionSets = [.. s_sets.Where(set => flags.Contains($" {set} ", StringComparison.Ordinal))],
            MachineCores = cpu.Count(line => line.StartsWith("processor", StringComparison.Ordinal)) is > 0 and var count ? count : Environment.ProcessorCount,
            Cores = Environment.ProcessorCount,
            CgroupCores = limits.Cores,
            CgroupMemoryBytes = limits.MemoryBytes,
            MemoryBytes = Kilobytes(memory, "MemTotal") ?? collector.TotalAvailableMemoryBytes,
            AvailableMemoryBytes = Kilobytes(memory, "MemAvailable") ?? collector.TotalAvailableMemoryBytes - collector.MemoryLoadBytes,
        };
    }

    private static string[] Lines(string root, string file)
    {
        string path = Path.Combine(root, file);
        return File.Exists(path) ? File.ReadAllLines(path) : [];
    }

    private static string? Field(string[] lines, string name) => lines
        .Select(line => line.Split(':', 2))
        .Where(parts => parts.Length == 2 && parts[0].Trim() == name)
        .Select(parts => parts[1].Trim())
        .FirstOrDefault();

    private static long? Kilobytes(string[] lines, string name) =>
        long.TryParse(Field(lines, name)?.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes)
            ? kilobytes * 1024
            : null;
}
