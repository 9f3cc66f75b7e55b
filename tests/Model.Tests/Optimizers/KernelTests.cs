using System.Numerics;
using CsCheck;
using StreamTrainer.Model.Averaging;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.State;
using Xunit;

namespace StreamTrainer.Model.Tests.Optimizers;

/// <summary>Vector kernels against their scalar references: the same bits; sums to the rounding of double.</summary>
public sealed unsafe class KernelTests
{
    private static readonly Gen<(int Blocks, int Seed)> s_sizes = Gen.Select(Gen.Int[1, 40], Gen.Int);

    [Fact]
    public void SgdEqualsItsReference()
    {
        Run<float>();
        Run<double>();

        static void Run<T>()
            where T : unmanaged, IFloatingPointIeee754<T> => s_sizes.Sample((blocks, seed) =>
            {
                bool nesterov = seed % 2 == 0;
                Compare<T>(blocks, seed, 3, (a, count) =>
                    SgdKernel.Step(a[0], a[1], a[2], count, Number<T>(0.1), Number<T>(0.01), Number<T>(0.9), nesterov),
                    (a, count) => SgdKernel.StepScalar(a[0], a[1], a[2], count, Number<T>(0.1), Number<T>(0.01), Number<T>(0.9), nesterov));
            }, iter: 50, threads: 1);
    }

    [Fact]
    public void AdamWEqualsItsReference()
    {
        Run<float>();
        Run<double>();

        static void Run<T>()
            where T : unmanaged, IFloatingPointIeee754<T> => s_sizes.Sample((blocks, seed) =>
            {
                var n = AdamNumbers<T>.At(new OptimizerOptions(), 1e-8, 1 + (uint)seed % 100, unbias: true);
                Compare<T>(blocks, seed, 4, (a, count) => AdamWKernel.Step(a[0], a[1], a[2], a[3], count, n, Number<T>(0.999), Number<T>(0.01)),
                    (a, count) => AdamWKernel.StepScalar(a[0], a[1], a[2], a[3], count, n, Number<T>(0.999), Number<T>(0.01)));
            }, iter: 50, threads: 1);
    }

    [Fact]
    public void LambEqualsItsReference()
    {
        Run<float>();
        Run<double>();

        static void Run<T>()
            where T : unmanaged, IFloatingPointIeee754<T> => s_sizes.Sample((blocks, seed) =>
            {
                var n = AdamNumbers<T>.At(new OptimizerOptions(), 1e-6, 1 + (uint)seed % 100, unbias: seed % 3 != 0);
                (double Values, double Update) sums = default, wanted = default;
                Compare<T>(blocks, seed, 4,
                    (a, count) =>
                    {
                        sums = LambKernel.Update(a[0], a[1], a[2], a[3], count, n, Number<T>(0.7), Number<T>(0.02));
                        LambKernel.Apply(a[0], a[1], count, Number<T>(0.005));
                    },
                    (a, count) =>
                    {
                        wanted = LambKernel.UpdateScalar(a[0], a[1], a[2], a[3], count, n, Number<T>(0.7), Number<T>(0.02));
                        LambKernel.ApplyScalar(a[0], a[1], count, Number<T>(0.005));
                    });
                Assert.Equal(wanted.Values, sums.Values, wanted.Values * 1e-13);
                Assert.Equal(wanted.Update, sums.Update, wanted.Update * 1e-13);
            }, iter: 50, threads: 1);
    }

    [Fact]
    public void AveragesEqualTheFormulaAtAnyLength()
    {
        Gen.Select(Gen.Int[0, 100], Gen.Int).Sample((count, seed) =>
        {
            float[] average = Values<float>(count, seed), value = Values<float>(count, seed + 1);
            float[] wanted = [.. average.Zip(value, (a, v) => (a * 0.9f) + (v * 0.1f))];
            float[] before = [.. average];
            fixed (float* a = average, v = value)
            {
                AverageKernel.Exchange(a, v, count);
                Assert.Equal(before, value);
                AverageKernel.Exchange(a, v, count);
                Assert.Equal(before, average);
                AverageKernel.Update(a, v, count, 0.9f, 0.1f);
            }

            Assert.Equal(wanted, average);
        }, iter: 100, threads: 1);
    }

    private delegate void Kernel<T>(T*[] arrays, long count)
        where T : unmanaged;

    private static void Compare<T>(int blocks, int seed, int arrays, Kernel<T> vectors, Kernel<T> scalar)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = blocks * FlatState.Alignment;
        T[] one = Values<T>(arrays * count, seed), other = [.. one];
        fixed (T* first = one, second = other)
        {
            vectors(Arrays(first), count);
            scalar(Arrays(second), count);
        }

        Assert.Equal(other, one);

        T*[] Arrays(T* start)
        {
            var result = new T*[arrays];
            for (int i = 0; i < arrays; i++)
            {
                result[i] = start + (i * count);
            }

            return result;
        }
    }

    // Not negative in the last array: it is the second moment.
    private static T[] Values<T>(int count, int seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => Number<T>(random.NextDouble() - (i < count * 3L / 4 ? 0.5 : 0)))];
    }

    private static T Number<T>(double value)
        where T : unmanaged, IFloatingPointIeee754<T> => T.CreateTruncating(value);
}
