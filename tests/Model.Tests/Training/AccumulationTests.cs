using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Training;
using StreamTrainer.Model.Weights;
using StreamTrainer.Tests;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Training;

/// <summary>k passes of b images are one batch of k b images, over some steps of a whole training, for a net without batch norm.</summary>
public sealed class AccumulationTests : IDisposable
{
    private const int Steps = 4, Batch = 8;

    // Adam's moments would make of a gradient that is zero but for rounding a step of the whole rate.
    private static readonly OptimizerKind[] s_optimizers = [OptimizerKind.Sgd, OptimizerKind.Momentum, OptimizerKind.Lamb];

    private readonly TinyData _data = new(train: Batch * Steps, val: 8);

    public void Dispose() => _data.Dispose();

    [Fact]
    public void SmallPassesAreOneLargeBatch() =>
        Gen.Select(Gen.Int[0, 2].Select(power => 1 << power), Gen.Int[0, 2].Select(i => s_optimizers[i]), Gen.Enum<LossKind>(), Gen.Bool, Gen.Bool)
            .Sample((micro, optimizer, loss, mixed, clip) =>
            {
                Recipe recipe = _data.Recipe(Steps);
                recipe = recipe with
                {
                    Model = new() { Name = "vit_tiny_patch16_224", InputSize = 32 },
                    Data = recipe.Data with { Val = null },
                    Augment = recipe.Augment with { Size = 32 },
                    Eval = recipe.Eval with { Size = 32 },
                    Mix = mixed ? recipe.Mix : new(),
                    Loss = new() { Name = loss, Smoothing = 0.1 },
                    Optimizer = new() { Name = optimizer, Lr = 0.01, WeightDecay = 0.02, ClipGrad = clip ? 0.5 : null },
                };
                float[] start = Train(recipe with { Train = recipe.Train with { MaxSteps = 1 }, Optimizer = recipe.Optimizer with { Lr = 0 }, Schedule = new() { WarmupLr = 0 } });
                float[] whole = Train(recipe), parts = Train(recipe with { Train = recipe.Train with { MicroBatchSize = micro } });
                double moved = Distance(whole, start), apart = Distance(whole, parts);
                Assert.True(moved > 0 && apart <= 1e-3 * moved, $"{Batch / micro} passes, {optimizer}, {loss}: {apart} apart after a way of {moved}");
            }, iter: TestPaths.Full ? 20 : 3, threads: 1);

    private float[] Train(Recipe recipe)
    {
        string folder = Path.Combine(_data.Folder, Guid.NewGuid().ToString("N"));
        Trainer.Run(new TrainingJob { Recipe = recipe, CheckpointDirectory = folder, Logger = NullLogger.Instance }, new EventList(), CancellationToken.None);
        using var scope = NewDisposeScope();
        float[] weights = [.. Safetensors.Read(Path.Combine(new CheckpointStore(folder, 1).Latest()!, CheckpointStore.ModelFile)).OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .SelectMany(entry => entry.Value.contiguous().data<float>().ToArray())];
        Directory.Delete(folder, recursive: true);
        return weights;
    }

    private static double Distance(float[] one, float[] other) => Math.Sqrt(one.Zip(other, (a, b) => Math.Pow((double)a - b, 2)).Sum());
}
