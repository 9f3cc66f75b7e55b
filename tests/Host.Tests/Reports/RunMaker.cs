using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Tests.Reports;

/// <summary>Makes directories of runs by the program's own code, as a training would, with figures that the test says.</summary>
internal static class RunMaker
{
    public const int StepsPerEpoch = 10;

    private static readonly DateTime s_start = new(2026, 1, 2, 3, 0, 0, DateTimeKind.Utc);

    /// <summary>A complete run.</summary>
    /// <param name="runs">The folder of runs.</param>
    /// <param name="id">Its name.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="top1">What each epoch reaches, as shares.</param>
    /// <param name="settings">Lines of YAML besides.</param>
    public static RunDirectory Complete(string runs, string id, long seed, double[] top1, params string[] settings) =>
        Make(runs, id, seed, top1, top1.Length, RunState.Completed, null, settings);

    /// <summary>A run that ended before its time.</summary>
    public static RunDirectory Unfinished(string runs, string id, long seed, double[] top1, int epochs, RunState? state, string? error, params string[] settings) =>
        Make(runs, id, seed, top1, epochs, state, error, settings);

    private static RunDirectory Make(string runs, string id, long seed, double[] top1, int epochs, RunState? state, string? error, string[] settings)
    {
        string yaml = string.Join('\n', ["description: \"made\"", "data: {train: images.tar, val: val.tar}", "model: {name: resnet20_cifar}", $"train: {{seed: {seed}, epochs: {epochs}}}", .. settings]);
        Recipe recipe = RecipeLoader.Parse(yaml, "made");
        RunDirectory run = RunDirectory.Create(runs, id, recipe, ["train", "made.yaml"]);
        RunSummary.Write(run, RunSummary.Begin(run, recipe, s_start));
        using (var recorder = new RunRecorder(run, NullLogger.Instance))
        {
            recorder.On(new RunStarted { Time = s_start, TotalSteps = epochs * StepsPerEpoch, StepsPerEpoch = StepsPerEpoch, TrainSamples = 1000, ValSamples = 500, Model = "resnet20_cifar", Device = "cpu, 1 thread", Precision = "fp32" });
            for (int epoch = 0; epoch < top1.Length; epoch++)
            {
                long step = (epoch + 1) * StepsPerEpoch;
                DateTime time = s_start.AddMinutes(epoch + 1);
                recorder.On(new StepLogged { Time = time, Step = step, Epoch = epoch, Loss = 2 - top1[epoch], LearningRate = 0.1, ImagesPerSecond = 100 });
                recorder.On(new EpochFinished { Time = time, Step = step, Epoch = epoch, Loss = 2 - top1[epoch] });
                recorder.On(new Evaluated { Time = time, Step = step, Epoch = epoch, Top1 = top1[epoch], Top5 = Math.Min(1, top1[epoch] + 0.1), Loss = 1 - top1[epoch], Samples = 500 });
            }

            if (state is { } ended)
            {
                recorder.On(new RunFinished { Time = s_start.AddMinutes(top1.Length + 1), Step = top1.Length * StepsPerEpoch, State = ended, Error = error });
            }
        }

        RunSummary begun = RunSummary.Read(run)!;
        DateTime end = s_start.AddMinutes(top1.Length + 1);
        if (state == RunState.Failed)
        {
            RunSummary.Write(run, begun.Fail(error!, end));
        }
        else if (state is { } other)
        {
            RunSummary.Write(run, begun.Finish(
                new TrainingResult
                {
                    State = other, Steps = top1.Length * StepsPerEpoch, Epochs = top1.Length, Top1 = top1.Length > 0 ? top1[^1] : null, Top5 = top1.Length > 0 ? Math.Min(1, top1[^1] + 0.1) : null,
                    Loss = top1.Length > 0 ? 1 - top1[^1] : null, BestTop1 = top1.Length > 0 ? top1.Max() : null, WallSeconds = 60 * (top1.Length + 1), ImagesPerSecond = 1000, DataWaitShare = 0.01, BadSamples = 0, Phases = [], Stages = [],
                },
                end, peakMemoryBytes: 5e8));
        }

        return run;
    }
}
