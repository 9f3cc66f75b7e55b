using System.Globalization;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Doctor;

/// <summary>How a check came out.</summary>
internal enum CheckState
{
    /// <summary>Well.</summary>
    Ok,

    /// <summary>Training works, but not as it should.</summary>
    Warning,

    /// <summary>Training cannot work.</summary>
    Failed,
}

/// <summary>A check, what was seen, and what to do.</summary>
internal sealed record DoctorCheck(string Name, CheckState State, string Seen, string? Advice = null);

/// <summary>What the doctor found.</summary>
internal sealed record DoctorReport
{
    /// <summary>This program's version.</summary>
    public required string Version { get; init; }

    /// <summary>The .NET runtime and the system.</summary>
    public required string Runtime { get; init; }

    /// <summary>Versions of the libraries that results depend on.</summary>
    public required IReadOnlyDictionary<string, string> Libraries { get; init; }

    /// <summary>The machine and the limits of this process.</summary>
    public required MachineFacts Machine { get; init; }

    /// <summary>The vectors that the pipeline's kernels compute with.</summary>
    public required VectorLevel PipelineVectors { get; init; }

    /// <summary>Where training can compute.</summary>
    public required IReadOnlyList<string> Devices { get; init; }

    /// <summary>The arithmetic that <c>train.precision: auto</c> takes on the CPU.</summary>
    public required string CpuPrecision { get; init; }

    /// <summary>Remedies that are in use.</summary>
    public required IReadOnlyList<string> Remedies { get; init; }

    /// <summary>What was tried.</summary>
    public required IReadOnlyList<DoctorCheck> Checks { get; init; }

    /// <summary>Whether training can work.</summary>
    public bool Works => Checks.All(check => check.State != CheckState.Failed);

    /// <summary>The end of it, in a sentence.</summary>
    public string Verdict => !Works
        ? $"training cannot work here: {string.Join("; ", Checks.Where(check => check.State == CheckState.Failed).Select(check => check.Advice ?? check.Seen))}"
        : Checks.Any(check => check.State == CheckState.Warning)
            ? $"training works here, but: {string.Join("; ", Checks.Where(check => check.State == CheckState.Warning).Select(check => check.Advice ?? check.Seen))}"
            : "training works here";

    /// <summary>Looks and tries.</summary>
    public static DoctorReport Make(string runs)
    {
        IReadOnlyList<DoctorCheck> checks = DoctorChecks.Run(runs);
        bool torch = checks[0].State == CheckState.Ok;
        return new DoctorReport
        {
            Version = RunEnvironment.ProductVersion,
            Runtime = $"{System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription} on {System.Runtime.InteropServices.RuntimeInformation.OSDescription}",
            Libraries = DoctorChecks.Libraries(torch),
            Machine = MachineFacts.Read(),
            PipelineVectors = VectorLevel.Current,
            Devices = torch ? DoctorChecks.Devices() : [],
            CpuPrecision = TorchRuntime.CpuComputesBf16 ? "bf16" : "fp32",
            Remedies = torch ? TorchRuntime.Remedies : [],
            Checks = checks,
        };
    }

    /// <summary>Writes it for people.</summary>
    public void Write(TextWriter writer)
    {
        void Line(string name, string value) => writer.WriteLine($"{name,-18}{value}");
        Line("streamtrainer", Version);
        Line("runtime", Runtime);
        foreach ((string name, string version) in Libraries)
        {
            Line(name, version);
        }

        Line("processor", Machine.Cpu);
        Line("instruction sets", string.Join(", ", Machine.InstructionSets));
        Line("pipeline", PipelineVectors == VectorLevel.Scalar ? "no vectors" : Text($"vectors of {64 << (int)PipelineVectors} bits"));
        Line("cores", Text($"{Machine.Cores} for this process, {Machine.MachineCores} in the machine{(Machine.CgroupCores is { } cores ? Text($", limited to {cores:0.##} by the control group") : "")}"));
        Line("memory", Text($"{Gigabytes(Machine.AvailableMemoryBytes)} available of {Gigabytes(Machine.MemoryBytes)}{(Machine.CgroupMemoryBytes is { } limit ? $", limited to {Gigabytes(limit)} by the control group" : "")}"));
        Line("devices", string.Join(", ", Devices));
        Line("precision auto", $"{CpuPrecision} on the CPU");
        foreach (string remedy in Remedies)
        {
            Line("remedy", remedy);
        }

        foreach (DoctorCheck check in Checks)
        {
            string mark = check.State switch { CheckState.Ok => "ok", CheckState.Warning => "warn", _ => "FAIL" };
            writer.WriteLine($"{mark,-6}{check.Name}: {check.Seen}{(check.Advice is null ? "" : $" ({check.Advice})")}");
        }

        writer.WriteLine(Verdict);
    }

    private static string Gigabytes(long bytes) => Text($"{bytes / (double)(1 << 30):F1} GiB");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
