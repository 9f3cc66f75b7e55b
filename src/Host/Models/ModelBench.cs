using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Host.Models;

/// <summary>How fast a model is and what memory it takes: what <c>bench model --json</c> prints.</summary>
/// <param name="Name">timm's name.</param>
/// <param name="Device">Where it computed.</param>
/// <param name="Precision">Its arithmetic.</param>
/// <param name="Batch">Images a batch.</param>
/// <param name="Resolution">Their side.</param>
internal sealed record BenchResult(string Name, string Device, string Precision, int Batch, int Resolution)
{
    /// <summary>Images a second in an evaluation.</summary>
    public double InferenceImagesPerSecond { get; init; }

    /// <summary>Most memory that it took, in 10^6 bytes; none: this system does not tell.</summary>
    public double? InferencePeakMb { get; init; }

    /// <summary>Images a second in training: forward, backward and an update by LAMB.</summary>
    public double? TrainImagesPerSecond { get; init; }

    /// <summary>Most memory that it took.</summary>
    public double? TrainPeakMb { get; init; }

    /// <summary>The paper's inference on a V100.</summary>
    public double? PaperV100ImagesPerSecond { get; init; }

    /// <summary>The paper's peak memory of it.</summary>
    public double? PaperPeakMb { get; init; }
}

/// <summary>What a step of training is made of.</summary>
/// <param name="PassSeconds">A forward and backward pass of the bench's batch.</param>
/// <param name="UpdateSeconds">An update.</param>
/// <param name="PeakMb">Most memory that it took, in 10^6 bytes; none: this system does not tell.</param>
internal readonly record struct StepTimes(double PassSeconds, double UpdateSeconds, double? PeakMb);

/// <summary>Measures as the paper's Table 4 does: one model, one batch of noise that stays on the device, over and over.</summary>
internal sealed class ModelBench(TrainOptions options, int? size, double seconds, bool fold)
{
    private const int Classes = 1000, LeastRuns = 3;

    /// <summary>Measures one. On the calling thread.</summary>
    /// <param name="name">Which.</param>
    /// <param name="train">Whether training is measured too.</param>
    /// <param name="stop">Ends it.</param>
    public BenchResult Run(string name, bool train, CancellationToken stop)
    {
        ModelConfig config = ModelRegistry.ConfigOf(name);
        int side = size ?? config.CostSize ?? config.InputSize;
        var recipe = new Recipe
        {
            Model = new ModelOptions { Name = name, InputSize = side },
            Optimizer = new() { Name = OptimizerKind.Lamb, Lr = 1e-6 },
            Train = options,
        };
        ComputeDevice device = ComputeDevice.Resolve(options, NullLogger.Instance);
        (double rate, double? peak) = Inference(recipe.Model, Classes, side, device, stop);
        var result = new BenchResult(name, device.ToString(), device.PrecisionName, options.BatchSize, side)
        {
            InferenceImagesPerSecond = rate,
            InferencePeakMb = peak,
        };
        if (train)
        {
            StepTimes times = Training(recipe, Classes, side, device, stop);
            result = result with { TrainImagesPerSecond = options.BatchSize / (times.PassSeconds + times.UpdateSeconds), TrainPeakMb = times.PeakMb };
        }

        PaperRow? paper = PaperTables.Table4Of(name);
        return result with { PaperV100ImagesPerSecond = paper?.V100ImagesPerSecond, PaperPeakMb = paper?.PeakMb };
    }

    /// <summary>Measures a recipe's training: passes of the bench's batch, by the recipe's loss, and updates by its optimizer. On the
    /// calling thread.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="classes">Outputs of the classifier.</param>
    /// <param name="side">Side of the images.</param>
    /// <param name="device">Where.</param>
    /// <param name="stop">Ends it.</param>
    public StepTimes Training(Recipe recipe, int classes, int side, ComputeDevice device, CancellationToken stop)
    {
        var memory = PeakMemory.Of(device.Device);
        memory.Start();
        using var scope = NewDisposeScope();
        using Tensor images = Noise(side, device);
        using var state = new TrainState(recipe, classes, device.Device);
        using Tensor labels = randint(classes, [options.BatchSize], ScalarType.Int64, device.Device);
        ILoss loss = Losses.Create(recipe.Loss, classes);
        state.Model.train();
        double pass = Seconds(() => Pass(state, images, labels, loss, device), device, stop);
        double update = Seconds(() => state.Optimizer.Step(1e-6), device, stop);
        return new StepTimes(pass, update, memory.PeakMb());
    }

    /// <summary>Measures inference: images a second, and the most memory. On the calling thread.</summary>
    /// <param name="model">The network.</param>
    /// <param name="classes">Outputs of the classifier.</param>
    /// <param name="side">Side of the images.</param>
    /// <param name="device">Where.</param>
    /// <param name="stop">Ends it.</param>
    public (double ImagesPerSecond, double? PeakMb) Inference(ModelOptions model, int classes, int side, ComputeDevice device, CancellationToken stop)
    {
        var memory = PeakMemory.Of(device.Device);
        memory.Start();
        using var scope = NewDisposeScope();
        using Tensor images = Noise(side, device);
        using ImageClassifier network = ModelRegistry.Create(model, classes, 0);
        network.to(device.Device);
        network.eval();
        if (fold)
        {
            network.Fold();
        }

        double rate = options.BatchSize / Seconds(() => Infer(network, images, device), device, stop);
        return (rate, memory.PeakMb());
    }

    private Tensor Noise(int side, ComputeDevice device)
    {
        using Scalar mean = 0.5.ToScalar();
        return rand(options.BatchSize, side, side, 3, device: device.Device).sub_(mean).permute(0, 3, 1, 2);
    }

    /// <summary>Seconds of one.</summary>
    private double Seconds(Action work, ComputeDevice device, CancellationToken stop)
    {
        // The first ones find their algorithms and their memory.
        work();
        work();
        Wait(device);
        long start = Stopwatch.GetTimestamp();
        int runs = 0;
        do
        {
            stop.ThrowIfCancellationRequested();
            work();
            runs++;
            if (device.Device.type != DeviceType.CPU)
            {
                Wait(device);
            }
        }
        while (runs < LeastRuns || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / runs;
    }

    private static void Wait(ComputeDevice device)
    {
        if (device.Device.type == DeviceType.CUDA)
        {
            cuda.synchronize(device.Device);
        }
    }

    private static void Infer(ImageClassifier model, Tensor images, ComputeDevice device)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using IDisposable? autocast = device.Autocast();
        model.forward(images);
    }

    private static void Pass(TrainState state, Tensor images, Tensor labels, ILoss loss, ComputeDevice device)
    {
        using var scope = NewDisposeScope();
        state.Flat.ZeroGradients();
        Tensor value;
        using (device.Autocast())
        {
            value = loss.Forward(state.Model.forward(images), Targets.Labels(labels));
        }

        value.backward();
    }
}
