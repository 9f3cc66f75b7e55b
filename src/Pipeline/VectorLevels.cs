using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline;

/// <summary>
/// What this processor, and the runtime's switches, allow: <c>DOTNET_EnableAVX512=0</c> leaves 256 bits, <c>DOTNET_EnableAVX2=0</c>
/// 128, <c>DOTNET_EnableHWIntrinsic=0</c> none.
/// </summary>
public static class VectorLevels
{
    private static readonly VectorLevel s_current = Detect();

    extension(VectorLevel)
    {
        /// <summary>The widest level that may be used in this process.</summary>
        public static VectorLevel Current => s_current;
    }

    /// <summary>All levels that may be used here, from the reference up.</summary>
    public static IEnumerable<VectorLevel> Available => Enum.GetValues<VectorLevel>().Where(level => level <= s_current);

    /// <summary>A level that a caller asks for, as far as this processor has it; none: the widest.</summary>
    internal static VectorLevel Usable(VectorLevel? asked) => asked is { } level && level < s_current ? level : s_current;

    private static VectorLevel Detect()
    {
        if (Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported && Avx512Vbmi.VL.IsSupported && Avx512Vbmi2.VL.IsSupported)
        {
            return VectorLevel.Vector512;
        }

        return Avx2.IsSupported ? VectorLevel.Vector256
            : Sse42.IsSupported || AdvSimd.Arm64.IsSupported ? VectorLevel.Vector128
            : VectorLevel.Scalar;
    }
}
