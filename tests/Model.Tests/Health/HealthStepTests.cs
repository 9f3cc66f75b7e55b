using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Health;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.Tests.Training;
using StreamTrainer.Model.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Health;

/// <summary>A step that is wrong leaves nothing behind.</summary>
public sealed class HealthStepTests
{
    private const double Rate = 0.05;

    [Theory]
    [InlineData(HealthAction.Stop)]
    [InlineData(HealthAction.Skip)]
    [InlineData(HealthAction.RollBack)]
    public void AStepWithoutALossChangesNoWeights(HealthAction action)
    {
        Recipe recipe = Recipe(new() { LossNotFinite = action });
        using var setup = new StepSetup(recipe, training: true);
        var loss = new Poisoned(setup.Loss);
        using var step = new TrainStep(recipe, setup.State, setup.Feed, loss, null, setup.Device, new PhaseClock());
        Assert.Null(step.Run(setup.Batch, 0, Rate).Fault);
        float[] weights = setup.Weights, buffers = Buffers(setup);
        long steps = setup.State.Optimizer.Steps;
        loss.Poison = double.NaN;
        StepOutcome outcome = step.Run(setup.Batch, 1, Rate);
        Assert.Equal(new StepFault(HealthKind.LossNotFinite, action), outcome.Fault);
        Assert.True(double.IsNaN(outcome.Loss));
        Assert.Equal(weights, setup.Weights);
        Assert.Equal(steps, setup.State.Optimizer.Steps);
        // Only a skipped step goes on from here.
        Assert.Equal(action == HealthAction.Skip, buffers.SequenceEqual(Buffers(setup)));
    }

    [Fact]
    public void ASkippedStepIsAsIfItHadNeverBeen()
    {
        Recipe recipe = Recipe(new() { LossNotFinite = HealthAction.Skip });
        (float[] without, float[] without2) = Steps(poisoned: -1);
        (float[] with, float[] with2) = Steps(poisoned: 2);
        Assert.Equal(without, with);
        Assert.Equal(without2, with2);

        (float[] Weights, float[] Buffers) Steps(int poisoned)
        {
            using var setup = new StepSetup(recipe, training: true);
            var loss = new Poisoned(setup.Loss);
            using var step = new TrainStep(recipe, setup.State, setup.Feed, loss, null, setup.Device, new PhaseClock());
            for (int i = 0; i < 4; i++)
            {
                if (i == poisoned)
                {
                    loss.Poison = double.PositiveInfinity;
                    Assert.NotNull(step.Run(setup.Batch, 100, Rate).Fault);
                    loss.Poison = 1;
                }

                Assert.Null(step.Run(setup.Batch, i, Rate).Fault);
            }

            return (setup.Weights, Buffers(setup));
        }
    }

    [Fact]
    public void TheNormIsTheGradientsBeforeItIsClippedInFp16Too()
    {
        double[] norms = [.. ((PrecisionMode[])[PrecisionMode.Fp32, PrecisionMode.Fp16]).Select(precision =>
        {
            Recipe recipe = Recipe(new()) with { Optimizer = new() { Lr = Rate, ClipGrad = 0.01 } };
            recipe = recipe with { Train = recipe.Train with { Precision = precision } };
            using var setup = new StepSetup(recipe, training: true);
            setup.State.Scaler?.State = new LossScale(1024, 0, 0);
            using var step = new TrainStep(recipe, setup.State, setup.Feed, setup.Loss, null, setup.Device, new PhaseClock());
            double norm = step.Run(setup.Batch, 0, Rate).GradientNorm!.Value;
            Assert.Equal(0.01, GradientClipping.Norm(setup.State.Flat), 1e-3);
            return norm;
        })];
        Assert.True(norms[0] > 0.1);
        Assert.Equal(1, norms[1] / norms[0], 0.05);
    }

    [Fact]
    public void AGpuThatIsGoneIsToldFromOtherErrors()
    {
        var gone = new Native("CUDA error: unspecified launch failure\nCUDA kernel errors might be ...");
        RunFailedException told = DeviceFaults.Of(gone, "cuda:3")!;
        Assert.StartsWith("cuda:3 does not compute any more (CUDA error: unspecified launch failure)", told.Message, StringComparison.Ordinal);
        Assert.Null(DeviceFaults.Of(new Native("CUDA out of memory. Tried to allocate"), "cuda:0"));
        Assert.Null(DeviceFaults.Of(new InvalidOperationException("CUDA error: of ours"), "cuda:0"));
        Assert.Null(DeviceFaults.Of(new Native("mat1 and mat2 shapes cannot be multiplied"), "cuda:0"));
    }

    private static Recipe Recipe(HealthOptions health) => new()
    {
        Model = new() { Name = "resnet20_cifar" },
        Optimizer = new() { Lr = Rate, WeightDecay = 1e-3 },
        Ema = new() { Decay = 0.9 },
        Health = health,
        Train = new() { BatchSize = StepSetup.Size, MicroBatchSize = 12, Seed = 3, Threads = 1, Device = "cpu", Precision = PrecisionMode.Fp32 },
    };

    private static float[] Buffers(StepSetup setup)
    {
        using var scope = NewDisposeScope();
        return [.. setup.State.Model.named_buffers().SelectMany(entry => entry.buffer.to(ScalarType.Float32).data<float>().ToArray())];
    }

    /// <summary>A loss that is multiplied by something.</summary>
    private sealed class Poisoned(ILoss loss) : ILoss
    {
        public double Poison { get; set; } = 1;

        public Tensor Forward(Tensor logits, Targets targets) => loss.Forward(logits, targets).mul(Model.Runtime.Scalars.Of(Poison));
    }

    /// <summary>An error as libtorch's come.</summary>
    private sealed class Native(string message) : System.Runtime.InteropServices.ExternalException(message);
}
