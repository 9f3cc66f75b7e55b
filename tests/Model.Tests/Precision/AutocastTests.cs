using StreamTrainer.Model.Precision;
using StreamTrainer.Pipeline;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Precision;

public sealed class AutocastTests
{
    [Fact]
    public void ComputesInBf16InsideAndLeavesTheThreadAsItWas()
    {
        using var scope = NewDisposeScope();
        Tensor x = randn(2, 3, 8, 8), w = randn(4, 3, 3, 3).requires_grad_(true);
        Assert.Equal(ScalarType.Float32, nn.functional.conv2d(x, w).dtype);
        using (var outer = new Autocast(DeviceType.CPU, ScalarType.BFloat16))
        {
            Tensor y = nn.functional.conv2d(x, w);
            Assert.Equal(ScalarType.BFloat16, y.dtype);
            Assert.Equal(ScalarType.BFloat16, mm(randn(2, 2), randn(2, 2)).dtype);
            using (new Autocast(DeviceType.CPU, ScalarType.BFloat16))
            {
                Assert.Equal(ScalarType.BFloat16, nn.functional.conv2d(x, w).dtype);
            }

            Assert.Equal(ScalarType.BFloat16, nn.functional.conv2d(x, w).dtype);
            y.to(ScalarType.Float32).sum().backward();
            Assert.Equal(ScalarType.Float32, w.grad!.dtype);
            outer.Dispose();
        }

        Assert.Equal(ScalarType.Float32, nn.functional.conv2d(x, w).dtype);
        var type = ScalarType.Byte;
        var thread = new Thread(() =>
        {
            using var inner = NewDisposeScope();
            type = nn.functional.conv2d(randn(2, 3, 8, 8), randn(4, 3, 3, 3)).dtype;
        });
        using (new Autocast(DeviceType.CPU, ScalarType.BFloat16))
        {
            thread.Start();
            thread.Join();
        }

        Assert.Equal(ScalarType.Float32, type);
    }

    [Fact]
    public void ChangedWeightsAreSeen()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(1, 1, 3, 3), w = ones(1, 1, 3, 3).requires_grad_(true);
        for (int step = 1; step < 4; step++)
        {
            using (no_grad())
            {
                w.fill_(step);
            }

            using (new Autocast(DeviceType.CPU, ScalarType.BFloat16))
            {
                Assert.Equal(9 * step, nn.functional.conv2d(x, w).to(ScalarType.Float32).item<float>());
            }
        }
    }

    [Theory]
    [InlineData(PrecisionMode.Auto, true, PrecisionMode.Bf16)]
    [InlineData(PrecisionMode.Auto, false, PrecisionMode.Fp32)]
    [InlineData(PrecisionMode.Bf16, false, PrecisionMode.Bf16)]
    [InlineData(PrecisionMode.Fp32, true, PrecisionMode.Fp32)]
    public void AutoTakesBf16OnlyWhereItIsComputed(PrecisionMode wish, bool computes, PrecisionMode expected) =>
        Assert.Equal(expected, Precisions.Resolve(wish, computes));

    [Fact]
    public void WithoutAutocastOnlyFp32IsTaken()
    {
        Assert.Equal(PrecisionMode.Fp32, Precisions.Resolve(PrecisionMode.Auto, true, autocast: false));
        Assert.Equal(PrecisionMode.Fp32, Precisions.Resolve(PrecisionMode.Fp32, true, autocast: false));
        Assert.Contains("train.precision", Assert.Throws<UserErrorException>(() => Precisions.Resolve(PrecisionMode.Bf16, true, autocast: false)).Message, StringComparison.Ordinal);
        Assert.True(NativeAutocast.IsAvailable || !OperatingSystem.IsLinux());
    }
}
