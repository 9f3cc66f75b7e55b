using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Feed;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Mixing;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Training;

/// <summary>What is not done beside other tests.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>How a step's batch is divided, against the same written out. One of them collects garbage all the time, which takes numbers
/// from other tests that hand them to libtorch as they are.</summary>
[Collection(nameof(Alone))]
public sealed class TrainStepTests
{
    private const int Size = 24, Side = 8, Classes = 5, Seed = 3;
    private const double Rate = 0.1;

    [Fact]
    public void Groups_are_mixed_by_draws_of_their_own_and_have_batch_statistics_of_their_own()
    {
        Recipe recipe = Recipe(group: 8, micro: null) with { Mix = new() { Mixup = 0.4, Cutmix = 1.0 } };
        float[] expected = ByHand(recipe, (pixels, labels, feed, model, loss) =>
        {
            var mixer = new Mixer(Classes, recipe.Loss.Smoothing);
            Tensor[] losses = new Tensor[Size / 8];
            for (int group = 0; group < losses.Length; group++)
            {
                var draws = new SampleRandom(Seed, 1, 4 * losses.Length + group, RandomStream.Mix);
                MixPlan plan = MixPlan.Draw(ref draws, recipe.Mix, Side, Side);
                (Tensor mixed, Tensor shares) = mixer.Apply(pixels.narrow(0, 8 * group, 8), labels.narrow(0, 8 * group, 8), plan);
                losses[group] = loss.Forward(model.forward(feed.Normalise(mixed)), Targets.Soft(shares));
            }

            return stack(losses).mean();
        });
        Equal(expected, Ours(recipe), 1e-6);
        // One decision for the whole batch is another step.
        Assert.True(Distance(expected, Ours(recipe with { Train = recipe.Train with { GroupSize = null } })) > 1e-4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(12)]
    public void Passes_add_up_to_one_batch_where_no_statistic_crosses_images(int micro)
    {
        // In evaluation mode batch norm takes the running statistics, so images have nothing to do with each other.
        Recipe recipe = Recipe(group: null, micro: null) with { Mix = new() { Mixup = 0.4 }, Loss = new() { Name = LossKind.Bce, TargetThreshold = 0.2 } };
        if (micro == 1)
        {
            recipe = recipe with { Loss = recipe.Loss with { Reduction = LossReduction.SumClasses } };
        }

        float[] whole = Ours(recipe, training: false), parts = Ours(recipe with { Train = recipe.Train with { MicroBatchSize = micro } }, training: false);
        Equal(whole, parts, 1e-6);
    }

    [Fact]
    public void A_pass_has_the_statistics_of_its_own_images()
    {
        Recipe recipe = Recipe(group: 12, micro: 6);
        float[] expected = ByHand(recipe, (pixels, labels, feed, model, loss) => stack(
            [.. Enumerable.Range(0, 4).Select(i => loss.Forward(model.forward(feed.Normalise(pixels.narrow(0, 6 * i, 6))), Targets.Labels(labels.narrow(0, 6 * i, 6))))]).mean());
        Equal(expected, Ours(recipe), 1e-6);
    }

    [Fact]
    public void An_overflow_leaves_out_one_update_and_halves_the_scale()
    {
        Recipe recipe = Recipe(group: null, micro: null);
        recipe = recipe with { Train = recipe.Train with { Precision = PrecisionMode.Fp16 }, Ema = new() { Decay = 0.5 } };
        // The least scale that overflows with these images: at half of it the same step goes through.
        double scale = LossScaler.FirstScale;
        while (!Overflows(scale))
        {
            scale *= 2;
        }

        using var setup = new Setup(recipe, training: true);
        setup.State.Scaler!.State = new LossScale(scale, 5, 0);
        float[] before = setup.Weights;
        var step = new TrainStep(recipe, setup.State, setup.Feed, setup.Loss, null, setup.Device, new PhaseClock());
        Assert.True(step.Run(setup.Batch, 0, Rate).Skipped);
        Assert.Equal(before, setup.Weights);
        Assert.Equal(new LossScale(scale / 2, 0, 1), setup.State.Scaler.State);
        Assert.Equal(0, setup.State.Optimizer.Steps);

        StepOutcome second = step.Run(setup.Batch, 1, Rate);
        Assert.False(second.Skipped);
        Assert.True(double.IsFinite(second.Loss));
        Assert.Equal(new LossScale(scale / 2, 1, 1), setup.State.Scaler.State);
        Assert.NotEqual(before, setup.Weights);
        Assert.Equal(1, setup.State.Optimizer.Steps);

        bool Overflows(double at)
        {
            using var tried = new Setup(recipe, training: true);
            tried.State.Scaler!.State = new LossScale(at, 0, 0);
            return new TrainStep(recipe, tried.State, tried.Feed, tried.Loss, null, tried.Device, new PhaseClock()).Run(tried.Batch, 0, Rate).Skipped;
        }
    }

    [Theory]
    [InlineData(PrecisionMode.Fp16, 0.05)]
    [InlineData(PrecisionMode.Bf16, 0.3)]
    public void Narrow_arithmetic_stays_near_fp32(PrecisionMode precision, double tolerance)
    {
        Recipe recipe = Recipe(group: null, micro: null);
        float[] fresh = Fresh(recipe), wide = Ours(recipe), narrow = Ours(recipe with { Train = recipe.Train with { Precision = precision } });
        double error = Math.Sqrt(Squares(wide, narrow) / Squares(wide, fresh));
        Assert.True(error > 1e-6 && error < tolerance, $"the update is {error} of its length away from fp32's");
        static double Squares(float[] one, float[] other) => one.Zip(other, (a, b) => ((double)a - b) * ((double)a - b)).Sum();
    }

    /// <summary>A garbage collection in the middle of a call of libtorch takes nothing from it (<c>Scalars</c>).</summary>
    [Fact]
    public void Collections_at_any_moment_change_nothing()
    {
        Recipe recipe = Recipe(group: 12, micro: 4) with
        {
            Model = new() { Name = "resnet20_cifar", DropPath = 0.2 },
            Mix = new() { Mixup = 0.4, Cutmix = 1.0 },
            Loss = new() { Name = LossKind.Bce, Smoothing = 0.1, TargetThreshold = 0.2 },
            Optimizer = new() { Lr = Rate, WeightDecay = 1e-3, ClipGrad = 1.0 },
            Ema = new() { Decay = 0.9 },
        };
        float[] quiet = Steps();
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            Assert.Equal(quiet, Steps());
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }

        float[] Steps()
        {
            using var setup = new Setup(recipe, training: true);
            var step = new TrainStep(recipe, setup.State, setup.Feed, setup.Loss, new Mixer(Classes, recipe.Loss.Smoothing), setup.Device, new PhaseClock());
            for (int i = 0; i < 25; i++)
            {
                Assert.True(double.IsFinite(step.Run(setup.Batch, i, Rate).Loss));
            }

            return setup.Weights;
        }
    }

    private static float[] Fresh(Recipe recipe)
    {
        using var setup = new Setup(recipe, training: true);
        return setup.Weights;
    }

    private static Recipe Recipe(int? group, int? micro) => new()
    {
        Model = new() { Name = "resnet20_cifar" },
        Loss = new() { Smoothing = 0.1 },
        Optimizer = new() { Lr = Rate, WeightDecay = 1e-3 },
        Train = new() { BatchSize = Size, GroupSize = group, MicroBatchSize = micro, Seed = Seed, Threads = 1, Device = "cpu", Precision = PrecisionMode.Fp32 },
    };

    private static float[] Ours(Recipe recipe, bool training = true)
    {
        using var setup = new Setup(recipe, training);
        Mixer? mixer = recipe.Mix.Enabled ? new Mixer(Classes, recipe.Loss.Smoothing) : null;
        setup.State.Model.train(training);
        new TrainStep(recipe, setup.State, setup.Feed, setup.Loss, mixer, setup.Device, new PhaseClock()).Run(setup.Batch, 0, Rate);
        Assert.True(setup.GivenBack);
        return setup.Weights;
    }

    private static float[] ByHand(Recipe recipe, Func<Tensor, Tensor, DeviceFeed, nn.Module<Tensor, Tensor>, ILoss, Tensor> loss)
    {
        using var setup = new Setup(recipe, training: true);
        using var scope = NewDisposeScope();
        setup.State.Flat.ZeroGradients();
        loss(setup.Feed.Pixels(setup.Batch), setup.Feed.Labels(setup.Batch), setup.Feed, setup.State.Model, setup.Loss).backward();
        setup.State.Optimizer.Step(Rate);
        return setup.Weights;
    }

    private static void Equal(float[] expected, float[] actual, double tolerance)
    {
        double distance = Distance(expected, actual);
        Assert.True(distance <= tolerance, $"weights are {distance} apart");
    }

    private static double Distance(float[] one, float[] other) => one.Zip(other, (a, b) => Math.Abs((double)a - b)).Max();

    /// <summary>A fresh network and one batch of noise.</summary>
    private sealed class Setup : IDisposable
    {
        private readonly BatchBuffer _memory;

        public unsafe Setup(Recipe recipe, bool training)
        {
            Device = ComputeDevice.Resolve(recipe.Train, NullLogger.Instance);
            State = new TrainState(recipe, Classes, Device.Device);
            State.Model.train(training);
            Feed = new DeviceFeed(Device.Device, recipe.Data.Mean, recipe.Data.Std);
            Loss = Model.Losses.Losses.Create(recipe.Loss, Classes);
            _memory = new TensorBatchMemory(Device.Device).Allocate(Size * Side * Side * 3);
            Batch = new Batch(_memory, Size, _ => GivenBack = true) { Count = Size, Epoch = 1, IndexInEpoch = 4, ImageSize = new ImageSize(Side, Side) };
            var random = new Random(1);
            random.NextBytes(new Span<byte>(_memory.Pointer, Size * Side * Side * 3));
            for (int i = 0; i < Size; i++)
            {
                Batch.Labels[i] = random.Next(Classes);
            }
        }

        public ComputeDevice Device { get; }

        public TrainState State { get; }

        public DeviceFeed Feed { get; }

        public ILoss Loss { get; }

        public Batch Batch { get; }

        public bool GivenBack { get; private set; }

        public float[] Weights => State.Flat.Values.data<float>().ToArray();

        public void Dispose()
        {
            State.Dispose();
            Feed.Dispose();
            _memory.Dispose();
        }
    }
}
