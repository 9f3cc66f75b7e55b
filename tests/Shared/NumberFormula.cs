using System.Globalization;
using System.Text;
using System.Text.Json;

namespace StreamTrainer.Tests;

/// <summary>The golden vectors' number formula (their README): every input is a pure function of a name and an index.</summary>
public static class NumberFormula
{
    private static readonly ulong s_seed = ReadSeed();

    /// <summary>FNV-1a 64 of the name.</summary>
    public static ulong Hash(string name)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte value in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ value) * 0x100000001b3;
        }

        return hash;
    }

    /// <summary>The 64 bits of element <paramref name="index"/>.</summary>
    public static ulong Raw(string name, long index)
    {
        ulong x = unchecked((Hash(name) ^ s_seed) + (ulong)index + 0x9e3779b97f4a7c15);
        x = unchecked((x ^ (x >> 30)) * 0xbf58476d1ce4e5b9);
        x = unchecked((x ^ (x >> 27)) * 0x94d049bb133111eb);
        return x ^ (x >> 31);
    }

    /// <summary>The number in [0, 1) of element <paramref name="index"/>.</summary>
    public static double U(string name, long index) => (Raw(name, index) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The first <paramref name="count"/> numbers in [0, 1).</summary>
    public static double[] Uniform(string name, int count)
    {
        // The hash is taken once: tensors have millions of elements.
        ulong start = Hash(name) ^ s_seed;
        var values = new double[count];
        for (int i = 0; i < count; i++)
        {
            ulong x = unchecked(start + (ulong)i + 0x9e3779b97f4a7c15);
            x = unchecked((x ^ (x >> 30)) * 0xbf58476d1ce4e5b9);
            x = unchecked((x ^ (x >> 27)) * 0x94d049bb133111eb);
            values[i] = ((x ^ (x >> 31)) >> 11) * (1.0 / (1UL << 53));
        }

        return values;
    }

    /// <summary>Fills with a function of the numbers, rounded once; on all cores, for tensors of millions of elements.</summary>
    public static unsafe void Fill(string name, Span<float> values, Func<double, double> function)
    {
        const int Chunk = 1 << 16;
        ulong start = Hash(name) ^ s_seed;
        int count = values.Length;
        fixed (float* pinned = values)
        {
            nint address = (nint)pinned;
            Parallel.For(0, (count + Chunk - 1) / Chunk, chunk =>
            {
                float* target = (float*)address;
                for (int i = chunk * Chunk; i < Math.Min(count, (chunk + 1) * Chunk); i++)
                {
                    ulong x = unchecked(start + (ulong)i + 0x9e3779b97f4a7c15);
                    x = unchecked((x ^ (x >> 30)) * 0xbf58476d1ce4e5b9);
                    x = unchecked((x ^ (x >> 27)) * 0x94d049bb133111eb);
                    target[i] = (float)function(((x ^ (x >> 31)) >> 11) * (1.0 / (1UL << 53)));
                }
            });
        }
    }

    /// <summary>(2u - 1) * scale in double.</summary>
    public static double[] Symmetric(string name, int count, double scale)
    {
        double[] values = Uniform(name, count);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (2 * values[i] - 1) * scale;
        }

        return values;
    }

    private static ulong ReadSeed()
    {
        string file = TestPaths.GoldenFile("formula.json");
        if (!File.Exists(file))
        {
            return 0;
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
        return ulong.Parse(document.RootElement.GetProperty("seed").GetString()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
