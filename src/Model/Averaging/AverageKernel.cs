using System.Numerics;
using System.Runtime.InteropServices;

namespace StreamTrainer.Model.Averaging;

/// <summary>One pass over an average and what it follows.</summary>
internal static unsafe class AverageKernel
{
    /// <summary>average = decay average + rest value; not fused, so that it equals the two operations of timm's.</summary>
    public static void Update<T>(T* average, T* value, long count, T decay, T rest)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            Vector<T> decays = new(decay), rests = new(rest);
            for (; i <= count - Vector<T>.Count; i += Vector<T>.Count)
            {
                (Vector.Load(average + i) * decays + Vector.Load(value + i) * rests).Store(average + i);
            }
        }

        for (; i < count; i++)
        {
            average[i] = average[i] * decay + value[i] * rest;
        }
    }

    /// <summary>Exchanges two stretches of memory.</summary>
    public static void Exchange<T>(T* one, T* other, long count)
        where T : unmanaged
    {
        const int Part = 256;
        T* kept = stackalloc T[Part];
        for (long done = 0; done < count; done += Part)
        {
            int length = (int)Math.Min(Part, count - done);
            NativeMemory.Copy(one + done, kept, (nuint)(length * sizeof(T)));
            NativeMemory.Copy(other + done, one + done, (nuint)(length * sizeof(T)));
            NativeMemory.Copy(kept, other + done, (nuint)(length * sizeof(T)));
        }
    }
}
