using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Operations;
using StreamTrainer.Pipeline.Transforms.Policies;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms.Policies;

public sealed class AugmentPolicyTests
{
    [Theory]
    [InlineData("rand")]
    [InlineData("rand-m9-n3-mstd0.5")]
    [InlineData("rand-inc1-m9-mstd101-mmax30-p0.7")]
    [InlineData("rand-m9-w0")]
    [InlineData("rand-mstd1-tweights")]
    [InlineData("original")]
    [InlineData("originalr-mstd0.5")]
    [InlineData("v0")]
    [InlineData("v0r-mstd0.5")]
    public void TimmsTextsAreRead(string text) => Assert.Null(AugmentPolicies.Fault(text));

    [Theory]
    [InlineData("", "''")]
    [InlineData("random-m7", "'random'")]
    [InlineData("augmix-m3", "'augmix'")]
    [InlineData("v1", "'v1'")]
    [InlineData("rand-x7", "'x7'")]
    [InlineData("rand-m", "'m'")]
    [InlineData("rand--m7", "''")]
    [InlineData("rand-m7.5", "'m7.5'")]
    [InlineData("rand-m7-p1.5", "'p1.5'")]
    [InlineData("rand-m7-n0", "'n0'")]
    [InlineData("rand-mstd0,5", "'mstd0,5'")]
    [InlineData("rand-m7-inc", "'inc'")]
    [InlineData("rand-w1", "'w1'")]
    [InlineData("rand-t3a", "'t3a'")]
    [InlineData("rand-w0-n14", "n")]
    [InlineData("rand-w0-tweights", "tweights")]
    [InlineData("original-m7", "'m7'")]
    public void AFaultNamesItsSection(string text, string named)
    {
        string fault = Assert.IsType<string>(AugmentPolicies.Fault(text));
        Assert.Contains(named, fault, StringComparison.Ordinal);
        Assert.StartsWith($"'{text}'", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void SectionsMeanWhatTheySay()
    {
        // Operation 3 is Rotate: 30 degrees at 10, so 3 a step of magnitude.
        double rotate = 3.5 / 15;
        Assert.Equal([("Rotate", 30.0)], Draw("rand-n1", rotate, 0, 0));
        Assert.Equal([("Rotate", 21.0)], Draw("rand-m7-n1", rotate, 0.5, 0.5));
        Assert.Equal([("Rotate", -21.0)], Draw("rand-n1-m9-m7", rotate, 0, 0.6));
        Assert.Empty(Draw("rand-n1", rotate, 0.51));
        Assert.Equal([("Rotate", 30.0)], Draw("rand-n1-p1", rotate, 0));
        Assert.Equal([("Rotate", 30.0)], Draw("rand-n1-m20", rotate, 0, 0));
        Assert.Equal([("Rotate", 60.0)], Draw("rand-n1-m20-mmax30", rotate, 0, 0));
        Assert.Equal([("Rotate", 30.0)], Draw("rand-n1-m20-mmax0", rotate, 0, 0));
        // A deviation above 100 means uniform up to the magnitude: one draw; sqrt(-2 ln(1 - a)) cos(2 pi b) otherwise: two.
        Assert.Equal([("Rotate", 15.0)], Draw("rand-n1-mstd200", rotate, 0, 0.5, 0));
        Assert.Equal([("Rotate", Math.Round(21.0 + 3.0 * Math.Sqrt(-2 * Math.Log(0.75)), 12))], Draw("rand-n1-m7-mstd1-mstd9", rotate, 0, 0.25, 0, 0));
        Assert.Equal(["Posterize", "PosterizeIncreasing"], [Draw("rand-n1", 4.5 / 15, 0)[0].Name, Draw("rand-n1-inc0", 4.5 / 15, 0)[0].Name]);
        Assert.Equal(2, Draw("rand-p1").Length);
        Assert.Equal(5, Draw("rand-p1-n5").Length);
    }

    /// <summary>NumPy's choice without replacement: a number that finds one already found is drawn again, without it.</summary>
    [Fact]
    public void WithWeightsNoOperationComesTwice()
    {
        // Shares of tweights: Rotate up to 3/10.15, ShearX to 5/10.15, ShearY to 7/10.15.
        Assert.Equal(["Rotate", "ShearY"], Draw("rand-p1-tweights", 0.1, 0.6).Select(call => call.Name));
        Assert.Equal(["Rotate", "ShearX"], Draw("rand-p1-tweights", 0.1, 0.2, 0.0).Select(call => call.Name));
        Assert.Equal(15, Draw("rand-p1-n15-tweights").Select(call => call.Name).Distinct().Count());
        // w0 keeps the list's order: AutoContrast 0.025, Equalize 0.005, Invert 0, Rotate 0.3.
        Assert.Equal(["AutoContrast", "Rotate"], Draw("rand-p1-w0", 0.01, 0.2).Select(call => call.Name));
        var random = new SampleRandom(1, 0, 0);
        AugmentPolicy policy = AugmentPolicies.Parse("rand-p1-w0-inc1", 224, Interpolation.Random);
        for (int i = 0; i < 2000; i++)
        {
            OperationCall[] calls = GoldenPolicyTests.Draw(policy, ref random);
            Assert.DoesNotContain(calls, call => call.Operation.Name is "Invert" or "PosterizeIncreasing" or "Solarize");
            Assert.NotEqual(calls[0].Operation, calls[1].Operation);
        }
    }

    [Fact]
    public void GaussianDrawsAreNormal()
    {
        var random = new SampleRandom(5, 0, 0);
        double[] values = [.. Enumerable.Range(0, 100_000).Select(_ => Gaussian.Next(ref random))];
        double mean = values.Average(), variance = values.Average(value => value * value), fourth = values.Average(value => value * value * value * value);
        Assert.Equal(0, mean, 0.02);
        Assert.Equal(1, variance, 0.03);
        Assert.Equal(3, fourth / variance / variance, 0.1);
    }

    private static (string Name, double Argument)[] Draw(string policy, params double[] values)
    {
        var draws = new ListDraws(values);
        return [.. GoldenPolicyTests.Draw(AugmentPolicies.Parse(policy, 224, Interpolation.Bilinear), ref draws).Select(call => (call.Operation.Name, Math.Round(call.Argument, 12)))];
    }
}
