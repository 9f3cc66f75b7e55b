using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Averaging;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.Training;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Model.Tests.Training;

/// <summary>A run that is resumed anywhere ends as one that never stopped, to the bit: with every optimizer, precision and average. Some
/// combinations by chance; all with <c>STREAMTRAINER_TESTS=full</c>.</summary>
public sealed class ResumePropertyTests : IDisposable
{
    private const int Steps = 10, PerEpoch = 4, Quick = 4;

    private static readonly PrecisionMode[] s_precisions = [PrecisionMode.Fp32, PrecisionMode.Bf16, PrecisionMode.Fp16];
    private static readonly string[] s_averages = ["none", "ema", "ema warm-up", "swa", "ema and swa"];

    private readonly TinyData _data = new(train: 8 * PerEpoch, val: 8);

    public void Dispose() => _data.Dispose();

    [Fact]
    public void ResumedAnywhereIsNeverStopped()
    {
        if (TestPaths.Full)
        {
            int step = 0;
            foreach (OptimizerKind optimizer in Enum.GetValues<OptimizerKind>())
            {
                foreach (PrecisionMode precision in s_precisions)
                {
                    foreach (string average in s_averages)
                    {
                        Check(optimizer, precision, average, 1 + step++ % (Steps - 1), clip: step % 2 == 0);
                    }
                }
            }

            return;
        }

        Gen.Select(Gen.Enum<OptimizerKind>(), Gen.Int[0, s_precisions.Length - 1].Select(i => s_precisions[i]), Gen.Int[0, s_averages.Length - 1].Select(i => s_averages[i]), Gen.Int[1, Steps - 1], Gen.Bool)
            .Sample((optimizer, precision, average, stop, clip) => Check(optimizer, precision, average, stop, clip), iter: Quick, threads: 1);
    }

    private void Check(OptimizerKind optimizer, PrecisionMode precision, string average, int stop, bool clip)
    {
        string what = $"{optimizer}, {precision}, {average}, stopped after step {stop}{(clip ? ", clipped" : "")}";
        Recipe recipe = _data.Recipe(Steps);
        recipe = recipe with
        {
            Data = recipe.Data with { Val = null },
            Optimizer = new() { Name = optimizer, Lr = 0.01, WeightDecay = 0.02, ClipGrad = clip ? 0.5 : null },
            Ema = average.StartsWith("ema", StringComparison.Ordinal) ? new EmaOptions { Decay = 0.9, Warmup = average.Contains("warm", StringComparison.Ordinal) } : new(),
            Swa = average.Contains("swa", StringComparison.Ordinal) ? new SwaOptions { StartEpoch = 1, Lr = 0.005, CalibrationImages = 16 } : new(),
            Train = recipe.Train with { Precision = precision },
            Log = new() { EverySteps = 1 },
        };
        string folder = Path.Combine(_data.Folder, Guid.NewGuid().ToString("N"));
        Run(recipe, Path.Combine(folder, "whole"), null, null);
        Run(recipe, Path.Combine(folder, "parts"), null, stop);
        string from = new CheckpointStore(Path.Combine(folder, "parts"), 1).Latest()!;
        Assert.Equal(stop, CheckpointStore.ReadProgress(from).Step);
        Run(recipe, Path.Combine(folder, "parts"), from, null);
        string[] whole = Files(folder, "whole"), parts = Files(folder, "parts");
        Assert.Equal(whole.Select(Path.GetFileName), parts.Select(Path.GetFileName));
        Assert.Contains(whole, file => Path.GetFileName(file) == CheckpointStore.OptimizerFile);
        foreach ((string one, string other) in whole.Zip(parts))
        {
            Assert.True(File.ReadAllBytes(one).AsSpan().SequenceEqual(File.ReadAllBytes(other)), $"{what}: another {Path.GetFileName(one)}");
        }

        Directory.Delete(folder, recursive: true);
    }

    private static string[] Files(string folder, string name) =>
        [.. Directory.GetFiles(Path.Combine(folder, name, $"step-{Steps:D8}")).Order(StringComparer.Ordinal)];

    private static void Run(Recipe recipe, string checkpoints, string? from, int? stopAfter)
    {
        using var stop = new CancellationTokenSource();
        var stopper = new EventList(happened =>
        {
            if (happened is StepLogged step && step.Step == stopAfter)
            {
                stop.Cancel();
            }
        });
        var job = new TrainingJob { Recipe = recipe, CheckpointDirectory = checkpoints, ResumeFrom = from, Logger = NullLogger.Instance };
        Assert.Equal(stopAfter is null ? RunState.Completed : RunState.Stopped, Trainer.Run(job, stopper, stop.Token).State);
    }
}
