using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Feed;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.Training;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Transforms;
using TorchSharp;
using OptimizerOptions = StreamTrainer.Model.Optimizers.OptimizerOptions;
using Parameter = TorchSharp.Modules.Parameter;
using static TorchSharp.torch;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// Our training step (feed, forward, loss, backward, optimizer) against the same network, loss and optimizer in plain
/// TorchSharp calls: same bytes in, same memory layout, same arithmetic, same threads, same process. Wall time.
/// </summary>
internal sealed class StepCase : IPerfCase
{
    private const int BatchSize = 32, Side = 96, Classes = 1000, Rounds = 11, StepsPerRound = 2;
    private const double Rate = 0.001, Momentum = 0.9, Decay = 1e-4;

    public string Name => "step";

    public string Description => "our training step of ResNet-18, and LAMB's of ResNet-50, against the same in plain TorchSharp calls";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        var recipe = new Recipe
        {
            Model = new ModelOptions { Name = "resnet18" },
            Optimizer = new OptimizerOptions { Name = OptimizerKind.Sgd, Lr = Rate, Momentum = Momentum, WeightDecay = Decay, DecayAll = true },
            Train = new TrainOptions { BatchSize = BatchSize, Device = "cpu", Precision = PrecisionMode.Fp32 },
        };
        ComputeDevice device = ComputeDevice.Resolve(recipe.Train, NullLogger.Instance);
        using var state = new TrainState(recipe, Classes, device.Device);
        using var feed = new DeviceFeed(device.Device, recipe.Data.Mean, recipe.Data.Std);
        ILoss loss = Losses.Create(recipe.Loss, Classes);
        var step = new TrainStep(recipe, state, feed, loss, mixer: null, device, new PhaseClock());
        state.Model.train();

        using BatchBuffer memory = new TensorBatchMemory(device.Device).Allocate(BatchSize * Side * Side * 3);
        Batch batch = RandomBatch(memory);
        using var plain = new Plain();

        long done = 0;
        log.WriteLine($"ResNet-18, batch {BatchSize}, {Side} px, fp32, {device.Threads} threads, {Rounds} rounds of {StepsPerRound} steps");
        Harness.Rounds seconds = Harness.Rounds.Interleave(
            Rounds,
            () => Seconds(() => step.Run(batch, done++, Rate)),
            () => Seconds(() => plain.Step(batch)));
        return
        [
            Figure.Of("overhead", "1", seconds.Ratios),
            Figure.Of("stepSeconds", "s", seconds.A.Select(second => second / StepsPerRound)),
            Figure.Of("plainStepSeconds", "s", seconds.B.Select(second => second / StepsPerRound)),
            .. LambStep.Measure(),
        ];
    }

    private static double Seconds(Action step)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < StepsPerRound; i++)
        {
            step();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>A batch of noise that stays where it is: giving it back does nothing.</summary>
    private static unsafe Batch RandomBatch(BatchBuffer memory)
    {
        var batch = new Batch(memory, BatchSize, _ => { }) { Count = BatchSize, ImageSize = new ImageSize(Side, Side) };
        var random = new Random(1);
        random.NextBytes(new Span<byte>(memory.Pointer, BatchSize * Side * Side * 3));
        for (int i = 0; i < BatchSize; i++)
        {
            batch.Labels[i] = random.Next(Classes);
        }

        return batch;
    }

    /// <summary>The other side.</summary>
    private sealed class Plain : IDisposable
    {
        private readonly PlainResNet _model = new(Classes);
        private readonly TorchSharp.Modules.SGD _optimizer;
        private readonly Tensor _mean = tensor([255 * 0.485f, 255 * 0.456f, 255 * 0.406f]);
        private readonly Tensor _std = tensor([255 * 0.229f, 255 * 0.224f, 255 * 0.225f]);

        public Plain()
        {
            _model.ToChannelsLast();
            _model.train();
            _optimizer = optim.SGD(_model.parameters(), Rate, Momentum, weight_decay: Decay, nesterov: true);
        }

        public double Step(Batch batch)
        {
            using var scope = NewDisposeScope();
            Tensor pixels = ((TensorBatchBuffer)batch.Buffer).Tensor.view(BatchSize, Side, Side, 3);
            Tensor images = pixels.to(ScalarType.Float32).sub_(_mean).div_(_std).permute(0, 3, 1, 2);
            Tensor labels = tensor(batch.Labels);
            _optimizer.zero_grad();
            Tensor loss = nn.functional.cross_entropy(_model.forward(images), labels);
            loss.backward();
            _optimizer.step();
            return loss.item<float>();
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _model.Dispose();
            _mean.Dispose();
            _std.Dispose();
        }
    }
}
