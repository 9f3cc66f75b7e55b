using CsCheck;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Operations;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms.Operations;

/// <summary>At every width of vectors the bytes are the reference's, for any image, size and argument, and nothing beside the image is touched.</summary>
[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]
public sealed class OperationVectorTests
{
    private const int Guard = 128;

    private static readonly Gen<OperationCase> s_cases =
        from name in Gen.Int[0, PixelOperations.Names.Count() - 1].Select(PixelOperations.Names.ElementAt)
        from width in Gen.OneOf(Gen.Int[1, 12], Gen.Int[1, 100], Gen.Int[100, 260])
        from height in Gen.OneOf(Gen.Int[1, 12], Gen.Int[1, 60])
        from level in Gen.OneOf(Gen.Double[0, 10], Gen.Double[0, 40], Gen.Int[0, 10].Select(value => (double)value))
        from other in Gen.Bool
        from bicubic in Gen.Bool
        from seed in Gen.Int
        from kind in Gen.Int[0, 4]
        select new OperationCase(name, width, height, level, other, bicubic, seed, kind);

    [Fact]
    public void EveryWidthEqualsTheReference() => s_cases.Sample(
        c =>
        {
            byte[] image = c.Image();
            byte[] expected = Run(c, image, VectorLevel.Scalar);
            foreach (VectorLevel level in VectorLevels.Available.Where(level => level > VectorLevel.Scalar))
            {
                Assert.True(expected.AsSpan().SequenceEqual(Run(c, image, level)), $"{level}: {c}");
            }
        },
        iter: 3000);

    /// <summary>Several tables are put together before pixels change: as if each had been applied.</summary>
    [Fact]
    public void TablesPutTogetherAreTheSame() => s_cases.Array[2, 5].Sample(
        cases =>
        {
            OperationCase first = cases[0];
            byte[] together = first.Image(), apart = first.Image();
            var size = new ImageSize(first.Width, first.Height);
            OperationCall[] calls = [.. cases.Select(each => each.Call(size))];
            AugmentGolden.Apply(together, size, VectorLevel.Current, AugmentGolden.Fill, calls);
            foreach (OperationCall call in calls)
            {
                AugmentGolden.Apply(apart, size, VectorLevel.Scalar, AugmentGolden.Fill, call);
            }

            Assert.True(apart.AsSpan().SequenceEqual(together), string.Join(", ", calls));
        },
        iter: 500);

    /// <summary>Whole and half pixels, where a fraction is not to be told from the next whole number by its rounding.</summary>
    [Theory]
    [InlineData("TranslateX")]
    [InlineData("TranslateY")]
    [InlineData("ShearX")]
    [InlineData("ShearY")]
    [InlineData("Rotate")]
    public void FractionsNextToWholeNumbersAreRight(string name)
    {
        double[] arguments = name[0] == 'T'
            ? [0, 1, -1, 7, -13, 0.5, -0.5, 2.25, 3 + 1e-13, 3 - 1e-13, -3 + 1e-14, 1e-300, -1e-300, 0.1 + 0.2, 1000, -1000, 63.999999999999993]
            : name == "Rotate" ? [0, 90, 180, 270, -90, 45, 1e-13, -1e-13, 360, 30, 89.999999999999986]
            : [0, 0.5, -0.5, 0.25, 1, -1, 0.1, -0.1, 0.2, 2.0 / 3, 1e-13, -1e-13, 0.3];
        foreach (double argument in arguments)
        {
            foreach (Interpolation filter in (Interpolation[])[Interpolation.Bilinear, Interpolation.Bicubic])
            {
                var size = new ImageSize(64, 64);
                byte[] image = new OperationCase(name, size.Width, size.Height, 0, false, false, 5, 1).Image();
                var call = new OperationCall(PixelOperations.Of(name), argument, filter);
                byte[] expected = [.. image];
                AugmentGolden.Apply(expected, size, VectorLevel.Scalar, AugmentGolden.Fill, call);
                foreach (VectorLevel level in VectorLevels.Available)
                {
                    byte[] pixels = [.. image];
                    AugmentGolden.Apply(pixels, size, level, AugmentGolden.Fill, call);
                    Assert.True(expected.AsSpan().SequenceEqual(pixels), $"{level}: {name} {argument:R} {filter}");
                }
            }
        }
    }

    private static byte[] Run(in OperationCase c, byte[] image, VectorLevel level)
    {
        var memory = new byte[Guard + image.Length + Guard];
        new Random(c.Seed).NextBytes(memory);
        byte[] before = [.. memory];
        image.CopyTo(memory, Guard);
        var size = new ImageSize(c.Width, c.Height);
        AugmentGolden.Apply(memory.AsSpan(Guard, image.Length), size, level, AugmentGolden.Fill, c.Call(size));
        Assert.True(before.AsSpan(0, Guard).SequenceEqual(memory.AsSpan(0, Guard)), $"bytes before the image: {level} {c}");
        Assert.True(before.AsSpan(Guard + image.Length).SequenceEqual(memory.AsSpan(Guard + image.Length)), $"bytes behind the image: {level} {c}");
        return memory[Guard..^Guard];
    }
}
