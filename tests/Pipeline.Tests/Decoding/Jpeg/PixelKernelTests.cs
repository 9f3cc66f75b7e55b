using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Tests;
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
        const int Blocks = 9, Stride = 8 * Blocks;
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

    /// <summary>Of every length, right before a page that may not be touched but for the slack.</summary>
    [Theory]
    [MemberData(nameof(Levels))]
    public void RowsAreMadeAlike(VectorLevel level)
    {
        PixelKernels kernels = Kernels(level);
        using var memory = new Memory();
        var random = new Random(6);
        GuardedMemory[] rows = [memory.Guarded(Most), memory.Guarded(Most), memory.Guarded(Most)];
        GuardedMemory sums = memory.Guarded(Most * sizeof(short)), expected = memory.Guarded(3 * Most), actual = memory.Guarded(3 * Most);
        for (int count = 1; count <= Most; count++)
        {
            // A neighbour on each side of the row.
            byte* First(int row) => rows[row].End - PixelKernels.Slack - count - 1;
            byte* near = First(0), far = First(1), third = First(2);
            for (int row = 0; row < rows.Length; row++)
            {
                random.NextBytes(new Span<byte>(First(row) - 1, count + 2));
                // Whole stretches of the extremes, too.
                new Span<byte>(First(row), count)[..random.Next(count)].Fill((byte)(random.Next(2) * 255));
            }

            var room = (short*)(sums.End - PixelKernels.Slack) - count - 2;
            Same(2, (kernel, target) => kernel.Widen(near, count, target));
            Same(2, (kernel, target) => kernel.WidenBoth(near, far, count, room, target));
            Same(1, (kernel, target) => kernel.Between(near, far, 1, count, target));
            Same(1, (kernel, target) => kernel.Between(near, far, 2, count, target));
            Same(3, (kernel, target) => kernel.Rgb(near, far, third, count, target));
            Same(3, (kernel, target) => kernel.YCbCr(near, far, third, count, target));

            void Same(int times, Work work)
            {
                byte* one = expected.End - PixelKernels.Slack - (times * count), other = actual.End - PixelKernels.Slack - (times * count);
                work(s_reference, one);
                work(kernels, other);
                Assert.True(new Span<byte>(one, times * count).SequenceEqual(new Span<byte>(other, times * count)), $"{count}");
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

    /// <summary>Memory that ends, with the slack that kernels may touch, before a guarded page.</summary>
    private sealed class Memory : IDisposable
    {
        private readonly List<GuardedMemory> _taken = [];

        public GuardedMemory Guarded(int bytes)
        {
            _taken.Add(new GuardedMemory(bytes + (2 * PixelKernels.Slack)));
            return _taken[^1];
        }

        public T* Take<T>(int count) where T : unmanaged => (T*)(Guarded(count * sizeof(T)).End - PixelKernels.Slack) - count;

        public void Dispose() => _taken.ForEach(memory => memory.Dispose());
    }
}
