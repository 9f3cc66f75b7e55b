using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace StreamTrainer.Model.Distributed;

/// <summary>Sums of half-precision numbers in the CPU's memory: added in single precision, rounded half to even. MPI has no such type, so
/// these are its operations on 16-bit numbers. Any thread.</summary>
public static unsafe class HalfSums
{
    /// <summary>to[i] += from[i], of bf16.</summary>
    public static void AddBFloat16(ushort* from, ushort* to, long count)
    {
        for (long i = 0; i < count; i++)
        {
            to[i] = Round(Widen(to[i]) + Widen(from[i]));
        }
    }

    /// <summary>to[i] += from[i], of fp16.</summary>
    public static void AddFloat16(Half* from, Half* to, long count)
    {
        for (long i = 0; i < count; i++)
        {
            to[i] = (Half)((float)to[i] + (float)from[i]);
        }
    }

    /// <summary>fp32 numbers as bf16.</summary>
    public static void Narrow(float* from, ushort* to, long count)
    {
        for (long i = 0; i < count; i++)
        {
            to[i] = Round(from[i]);
        }
    }

    /// <summary>fp32 numbers as fp16; those beyond its range become infinite.</summary>
    public static void Narrow(float* from, Half* to, long count)
    {
        for (long i = 0; i < count; i++)
        {
            to[i] = (Half)from[i];
        }
    }

    /// <summary>bf16 numbers as fp32.</summary>
    public static void Widen(ushort* from, float* to, long count)
    {
        for (long i = 0; i < count; i++)
        {
            to[i] = Widen(from[i]);
        }
    }

    /// <summary>fp16 numbers as fp32.</summary>
    public static void Widen(Half* from, float* to, long count)
    {
        for (long i = 0; i < count; i++)
        {
            to[i] = (float)from[i];
        }
    }

    /// <summary><see cref="AddBFloat16"/> as MPI calls its operations.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void BFloat16Operation(void* from, void* to, int* count, void* type) => AddBFloat16((ushort*)from, (ushort*)to, *count);

    /// <summary><see cref="AddFloat16"/> as MPI calls its operations.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static void Float16Operation(void* from, void* to, int* count, void* type) => AddFloat16((Half*)from, (Half*)to, *count);

    private static float Widen(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);

    private static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        // What is no number stays none, whichever bits are cut off.
        return float.IsNaN(value) ? (ushort)(bits >> 16 | 0x40) : (ushort)(bits + 0x7fff + (bits >> 16 & 1) >> 16);
    }
}
