using System.Text.Json;
using StreamTrainer.Model.Averaging;
using StreamTrainer.Model.State;
using StreamTrainer.Model.Tests.Optimizers;
using StreamTrainer.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Averaging;

public sealed class EmaTests
{
    [Fact]
    public void EqualsTimmsAndComesBackToTheBit()
    {
        string file = TestPaths.GoldenFile("optim", "ema.json");
        Assert.SkipUnless(File.Exists(file), $"{file} is missing");
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(file));
        using JsonDocument optimizers = JsonDocument.Parse(File.ReadAllBytes(TestPaths.GoldenFile("optim", "optimizers.json")));
        var expected = new SafetensorsFile(TestPaths.GoldenFile("optim", "ema.safetensors"));
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using FormulaModel model = FormulaModel.FromGolden(optimizers.RootElement, ScalarType.Float32);
        long channels = model.named_parameters().Single(entry => entry.name == "bn.weight").parameter.shape[0];
        Tensor mean = model.Buffer("bn.running_mean", zeros(channels)), variance = model.Buffer("bn.running_var", ones(channels));
        Tensor batches = model.Buffer("bn.num_batches_tracked", tensor(0L));
        using var flat = new FlatState(model);
        using var ema = new ExponentialMovingAverage(model, flat, golden.RootElement.GetProperty("decay").GetDouble());
        int[] kept = [.. golden.RootElement.GetProperty("steps_kept").EnumerateArray().Select(step => step.GetInt32())];
        for (int step = 1; step <= kept.Max(); step++)
        {
            FormulaModel.SetGradients(flat, (name, count) => name == "zerograd.weight" ? new double[count] : NumberFormula.Symmetric($"grad.{step}.{name}", count, 0.1));
            flat.Values.add_(flat.Gradients);
            mean.copy_(tensor(Floats(NumberFormula.Symmetric($"ema.mean.{step}", (int)channels, 1))));
            variance.copy_(tensor(Floats(NumberFormula.Symmetric($"ema.var.{step}", (int)channels, 0.5).Select(value => 1 + value))));
            batches.fill_(7 * step);
            ema.Update();
            if (kept.Contains(step))
            {
                Tensor before = flat.Values.clone(), meanBefore = mean.clone();
                ema.SwapIn();
                Compare(expected, step, model);
                ema.SwapOut();
                Assert.True(before.Equals(flat.Values));
                Assert.True(meanBefore.Equals(mean));
                Assert.Equal(7 * step, batches.item<long>());
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void TheOrderOfCallsIsHeld(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using nn.Module model = nn.BatchNorm1d(40, dtype: type);
        using var flat = new FlatState(model);
        using var ema = new ExponentialMovingAverage(model, flat, 0.5);
        flat.Values.fill_(3);
        Assert.Throws<InvalidOperationException>(ema.SwapOut);
        ema.Update();
        ema.SwapIn();
        Assert.Throws<InvalidOperationException>(ema.SwapIn);
        Assert.Throws<InvalidOperationException>(() => ema.Update());
        Assert.Throws<InvalidOperationException>(ema.Reset);
        // Weights began at 1, biases at 0.
        Assert.Equal([2.0, 1.5], model.parameters().Select(parameter => parameter.to(ScalarType.Float64).mean().item<double>()));
        ema.SwapOut();
        Assert.Equal(3.0, flat.Values.to(ScalarType.Float64).min().item<double>());
        ema.Reset();
        ema.SwapIn();
        Assert.Equal(3.0, flat.Values.to(ScalarType.Float64).min().item<double>());
    }

    private static void Compare(SafetensorsFile expected, int step, FormulaModel model)
    {
        foreach ((string name, Tensor value) in model.named_parameters().Select(entry => (entry.name, (Tensor)entry.parameter)).Concat(model.named_buffers()))
        {
            double[] wanted = expected.ReadDoubles($"step{step}.{name}");
            double[] got = value.to(ScalarType.Float64).contiguous().data<double>().ToArray();
            double tolerance = value.is_floating_point() ? 1e-6 : 0;
            Assert.All(wanted.Zip(got), pair => Assert.Equal(pair.First, pair.Second, tolerance));
        }
    }

    private static float[] Floats(IEnumerable<double> values) => [.. values.Select(value => (float)value)];
}
