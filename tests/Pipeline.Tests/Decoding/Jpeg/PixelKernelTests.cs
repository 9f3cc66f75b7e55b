using System.Runtime.InteropServices;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>Every width's kernels give what the reference gives.</summary>
[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]
public sealed unsafe class PixelKernelTests
{
    private const int Most = 300;

    private static readonly PixelKernels s_reference = PixelKernels.For(VectorLevel.Scalar);

    public static TheoryData<VectorLevel> Levels => [.. Enum.GetValues<VectorLevel>().Where(level => level > VectorLevel.Scalar)];

    [Theory]
    [MemberData(nameof(Levels))]
    public void BlocksAreTransformedAlike(VectorLevel level)
    {
        PixelKernels kernels = Kernels(level);
        const int Blocks = 9, Stride = (8 * Blocks) + 64;
        using var memory = new Memory();
        short* blocks = memory.Take<short>(64 * Blocks), steps = memory.Take<short>(64);
        byte* expected = memory.Take<byte>(8 * Stride), actual = memory.Take<byte>(8 * Stride);
        var random = new Random(5);
        for (int round = 0; round < 4000; round++)
        {
            // From what encoders make to anything that fits in a word.
            int coefficients = 1 << random.Next(16), quantisation = 1 << random.Next(17), density = random.Next(1, 65);
            for (int i = 0; i < 64; i++)
            {
                steps[i] = (short)random.Next(1, quantisation + 1);
            }

            for (int i = 0; i < 64 * Blocks; i++)
            {
                bool none = random.Next(64) >= density || (i / 64 % 3 == 1 && round % 2 == 0 && i % 64 >= 8);
                blocks[i] = (short)(none ? 0 : random.Next(-coefficients, coefficients));
            }

            int count = random.Next(1, Blocks + 1);
            s_reference.Transform(blocks, count, steps, expected, Stride);
            kernels.Transform(blocks, count, steps, actual, Stride);
            for (int y = 0; y < 8; y++)
            {
                Assert.True(new Span<byte>(expected + (y * Stride), 8 * count).SequenceEqual(new Span<byte>(actual + (y * Stride), 8 * count)), $"round {round}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void EveryColourIsConvertedAlike(VectorLevel level)
    {
        PixelKernels kernels = Kernels(level);
        using var memory = new Memory();
        byte* y = memory.Take<byte>(256), cb = memory.Take<byte>(256), cr = memory.Take<byte>(256);
        byte* expected = memory.Take<byte>(768), actual = memory.Take<byte>(768);
        for (int i = 0; i < 256; i++)
        {
            cb[i] = (byte)i;
        }

        // Every pair of colour differences, with every luminance somewhere and both ends of it everywhere.
        for (int red = 0; red < 256; red++)
        {
            new Span<byte>(cr, 256).Fill((byte)red);
            foreach (int light in (int[])[0, 255, red, 255 - red, 100])
            {
                for (int i = 0; i < 256; i++)
                {
                    y[i] = (byte)(light == 100 ? i : light);
                }

                s_reference.YCbCr(y, cb, cr, 256, expected);
                kernels.YCbCr(y, cb, cr, 256, actual);
                Assert.True(new Span<byte>(expected, 768).SequenceEqual(new Span<byte>(actual, 768)), $"{red} {light}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void RowsAreMadeAlike(VectorLevel level)
    {
        PixelKernels kernels = Kernels(level);
        using var memory = new Memory();
        byte* near = memory.Take<byte>(Most + 2) + 1, far = memory.Take<byte>(Most + 2) + 1, third = memory.Take<byte>(Most + 2) + 1;
        short* sums = memory.Take<short>(Most + 2);
        byte* expected = memory.Take<byte>(3 * Most), actual = memory.Take<byte>(3 * Most);
        var random = new Random(6);
        for (int count = 1; count <= Most; count++)
        {
            foreach (nint row in (nint[])[(nint)near, (nint)far, (nint)third])
            {
                random.NextBytes(new Span<byte>((byte*)row - 1, count + 2));
                // Whole stretches of the extremes, too.
                new Span<byte>((byte*)row, count)[..random.Next(count)].Fill((byte)(random.Next(2) * 255));
            }

            Same(2, (kernel, target) => kernel.Widen(near, count, target));
            Same(2, (kernel, target) => kernel.WidenBoth(near, far, count, sums, target));
            Same(1, (kernel, target) => kernel.Between(near, far, 1, count, target));
            Same(1, (kernel, target) => kernel.Between(near, far, 2, count, target));
            Same(3, (kernel, target) => kernel.Rgb(near, far, third, count, target));
            Same(3, (kernel, target) => kernel.YCbCr(near, far, third, count, target));

            void Same(int times, Work work)
            {
                work(s_reference, expected);
                work(kernels, actual);
                Assert.True(new Span<byte>(expected, times * count).SequenceEqual(new Span<byte>(actual, times * count)), $"{count}");
            }
        }
    }

    [Fact]
    public void TheWidestVectorsAreTheOnesTaken() => Assert.Equal(VectorLevel.Current, PixelKernels.For(null).Level);

    private static PixelKernels Kernels(VectorLevel level)
    {
        Assert.SkipUnless(VectorLevels.Available.Contains(level), $"this process has no {level}");
        PixelKernels kernels = PixelKernels.For(level);
        Assert.Equal(level, kernels.Level);
        return kernels;
    }

    private delegate void Work(PixelKernels kernels, byte* target);

    /// <summary>Memory with the slack that kernels may touch.</summary>
    private sealed class Memory : IDisposable
    {
        private readonly List<nint> _taken = [];

        public T* Take<T>(int count) where T : unmanaged
        {
            void* memory = NativeMemory.AllocZeroed((nuint)((count * sizeof(T)) + (2 * PixelKernels.Slack)));
            _taken.Add((nint)memory);
            return (T*)memory;
        }

        public void Dispose() => _taken.ForEach(memory => NativeMemory.Free((void*)memory));
    }
}
