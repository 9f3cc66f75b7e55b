using System.ComponentModel;
using System.Runtime.InteropServices;

namespace StreamTrainer.Perf.Harness;

/// <summary>Which cores a thread, and all threads that it starts, may run on. Linux only.</summary>
internal static partial class Cores
{
    /// <summary>Runs <paramref name="work"/> on a thread of its own that is bound to the first <paramref name="count"/> of the cores this
    /// process may use; threads that it starts are bound with it.</summary>
    public static T Run<T>(int count, Func<T> work)
    {
        T result = default!;
        var thread = new Thread(() =>
        {
            Bind(count);
            result = work();
        });
        thread.Start();
        thread.Join();
        return result;
    }

    private static void Bind(int count)
    {
        // 1024 cores, as the C library's cpu_set_t.
        var mask = new ulong[16];
        if (GetAffinity(0, mask.Length * sizeof(ulong), mask) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        int kept = 0;
        for (int core = 0; core < 64 * mask.Length; core++)
        {
            ulong bit = 1ul << core % 64;
            if ((mask[core / 64] & bit) != 0 && kept++ >= count)
            {
                mask[core / 64] &= ~bit;
            }
        }

        if (SetAffinity(0, mask.Length * sizeof(ulong), mask) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nint size, [In, Out] ulong[] mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nint size, ulong[] mask);
}
