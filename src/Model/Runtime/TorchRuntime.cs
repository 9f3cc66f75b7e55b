using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace StreamTrainer.Model.Runtime;

/// <summary>
/// What is peculiar about libtorch on the machine at hand, found out once a process: which remedies are needed, and what the
/// processor computes. All members may be used from any thread.
/// </summary>
public static class TorchRuntime
{
    private static readonly Lazy<bool> s_noCaches = new(ReportsNoCaches);
    private static bool? s_linearForPointwise;

    /// <summary>TorchSharp's version.</summary>
    public static string TorchSharpVersion { get; } = typeof(torch).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    /// <summary>libtorch's version.</summary>
    public static string LibtorchVersion => torch.__version__;

    /// <summary>
    /// Whether 1x1 convolutions are computed as linear layers. oneDNN takes the caches' sizes from CPUID leaf 0x8000001D of AMD
    /// processors and divides by one of them; virtual machines that leave the leaf empty die of it (SIGFPE), in 1x1
    /// convolutions only. The linear layer on the channels-last tensor is the same product, as fast.
    /// </summary>
    public static bool LinearForPointwise => s_linearForPointwise ?? s_noCaches.Value;

    /// <summary>Whether this processor multiplies bf16 itself (AVX512_BF16, or BF16 of Arm); elsewhere it is emulated.</summary>
    public static bool CpuComputesBf16 { get; } = HasBf16();

    /// <summary>The remedies in use, a sentence each.</summary>
    public static IReadOnlyList<string> Remedies =>
    [
        .. LinearForPointwise
            ? (string[])["this processor reports no caches, which would crash libtorch's 1x1 convolutions: they are computed as linear layers"]
            : [],
        .. CxxSymbols.Remedied
            ? (string[])["this system's C++ runtime is older than TorchSharp's binary was built for: the one version need without effect was marked optional"]
            : [],
    ];

    /// <summary>The vector instruction sets in use.</summary>
    public static IReadOnlyList<string> InstructionSets { get; } = [.. Sets().Where(set => set.Supported).Select(set => set.Name)];

    /// <summary>Sets the number of threads that an operation uses.</summary>
    public static void Initialize(int threads) => torch.set_num_threads(threads);

    /// <summary>Whether a CUDA device multiplies bf16 itself: compute capability 8.0 and later.</summary>
    public static bool CudaComputesBf16(int index) => CudaDriver.ComputeCapabilityMajor(index) >= 8;

    /// <summary>Bytes of a CUDA device's memory that its driver has given away, to anybody; none: it does not tell.</summary>
    public static double? CudaUsedMemory(int index) => CudaDriver.Memory(index)?.Used;

    /// <summary>Bytes of a CUDA device's memory; none: its driver does not tell.</summary>
    public static double? CudaTotalMemory(int index) => CudaDriver.Memory(index)?.Total;

    /// <summary>Overrides what was found, for a test; null: as found.</summary>
    internal static void Force(bool? linearForPointwise) => s_linearForPointwise = linearForPointwise;

    private static bool ReportsNoCaches()
    {
        if (!X86Base.IsSupported)
        {
            return false;
        }

        (_, int b, int c, int d) = X86Base.CpuId(0, 0);
        ReadOnlySpan<int> vendor = [b, d, c];
        if (!MemoryMarshal.AsBytes(vendor).SequenceEqual("AuthenticAMD"u8))
        {
            return false;
        }

        const int SmallestCache = 4096;
        (_, int shape, int sets, _) = X86Base.CpuId(unchecked((int)0x8000001D), 0);
        long size = ((long)(uint)sets + 1) * ((shape & 0xfff) + 1) * (((shape >> 12) & 0x3ff) + 1) * (((shape >> 22) & 0x3ff) + 1);
        return size < SmallestCache;
    }

    private static bool HasBf16()
    {
        if (!X86Base.IsSupported)
        {
            // .NET has no flag for it; Linux tells.
            return RuntimeInformation.ProcessArchitecture == Architecture.Arm64 && OperatingSystem.IsLinux()
                && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("Features", StringComparison.Ordinal))?.Contains(" bf16", StringComparison.Ordinal) == true;
        }

        if (X86Base.CpuId(0, 0).Eax < 7 || !Avx512BW.IsSupported)
        {
            return false;
        }

        return X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
    }

    private static (string Name, bool Supported)[] Sets() =>
    [
        ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported), ("AVX-512", Avx512BW.IsSupported), ("AVX-512 VBMI", Avx512Vbmi.IsSupported),
        ("AVX-512 VBMI2", Avx512Vbmi2.IsSupported), ("AVX-512 BF16", HasBf16() && X86Base.IsSupported), ("NEON", AdvSimd.IsSupported),
    ];
}
