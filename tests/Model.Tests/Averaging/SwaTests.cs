using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Averaging;
using StreamTrainer.Model.Schedules;
using StreamTrainer.Model.Tests.Training;
using StreamTrainer.Model.Training;
using StreamTrainer.Model.Weights;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Averaging;

/// <summary>Stochastic weight averaging in a run: the mean is that of the epochs' weights, its batch norm measured, its score the run's.</summary>
public sealed class SwaTests : IDisposable
{
    private const int StepsPerEpoch = 12;
    private readonly TinyData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void TheMeanIsThatOfTheEpochsWeightsAndItsNormsAreMeasured()
    {
        Recipe recipe = _data.Recipe(4 * StepsPerEpoch) with
        {
            Ema = new() { Decay = 0.9, Warmup = true },
            Swa = new() { StartEpoch = 2, EveryEpochs = 2, CalibrationImages = 40 },
            Checkpoint = new() { EverySteps = StepsPerEpoch, Keep = 100 },
        };
        var events = new EventList();
        TrainingResult result = Trainer.Run(
            new TrainingJob { Recipe = recipe, CheckpointDirectory = _data.Folder, Logger = NullLogger.Instance }, events, TestContext.Current.CancellationToken);

        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> second = Read(2, CheckpointStore.ModelFile), fourth = Read(4, CheckpointStore.ModelFile), mean = Read(4, CheckpointStore.SwaFile);
        Assert.False(File.Exists(PathOf(1, CheckpointStore.SwaFile)));
        int norms = 0;
        foreach ((string name, Tensor value) in mean)
        {
            if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            {
                // 40 images are 5 batches of 8.
                Assert.Equal(5, value.item<long>());
            }
            else if (name.Contains("running_", StringComparison.Ordinal))
            {
                norms += value.allclose(fourth[name], 1e-3, 1e-4) ? 0 : 1;
            }
            else
            {
                Assert.True(value.allclose((second[name] + fourth[name]) / 2, 1e-6, 1e-7), name);
            }
        }

        Assert.True(norms > 10, $"{norms} statistics differ from the model's");
        Assert.Equal(["model", "ema", "model", "ema", "swa", "model", "ema", "swa", "model", "ema", "swa"], events.Events.OfType<Evaluated>().Select(e => e.Weights));
        Assert.Equal(events.Events.OfType<Evaluated>().Last().Top1, result.Top1);
        TrainProgress books = CheckpointStore.ReadProgress(Path.GetDirectoryName(PathOf(4, CheckpointStore.SwaFile))!);
        Assert.Equal((2, 2), (books.SwaModels, books.SwaCalibrated));
    }

    [Fact]
    public void StatisticsAreTheMeanOfTheBatches()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var model = StreamTrainer.Model.Architectures.ModelRegistry.Create(new() { Name = "resnet20_cifar", Dropout = 0.5 }, 10, 1);
        using Generator generator = torch.random.manual_seed(5);
        Tensor[] batches = [.. Enumerable.Range(0, 3).Select(i => randn(4, 3, 16, 16) * (1 + i) + i)];
        model.train();
        using (var calibration = new NormCalibration(model))
        {
            foreach (Tensor batch in batches)
            {
                calibration.Add(batch);
            }
        }

        Assert.True(model.training);
        Dictionary<string, Tensor> state = model.state_dict();
        Tensor[] first = [.. batches.Select(batch => nn.functional.conv2d(batch, state["conv1.weight"], padding: [1, 1]))];
        Tensor means = stack([.. first.Select(value => value.mean([0, 2, 3]))]).mean([0]);
        Tensor variances = stack([.. first.Select(value => value.var([0, 2, 3]))]).mean([0]);
        Assert.True(state["bn1.running_mean"].allclose(means, 1e-4, 1e-5));
        Assert.True(state["bn1.running_var"].allclose(variances, 1e-4, 1e-5));
        Assert.Equal(3, state["bn1.num_batches_tracked"].item<long>());

        // And a norm follows its own momentum again.
        model.forward(batches[2]);
        Assert.True(state["bn1.running_mean"].allclose(means * 0.9 + first[2].mean([0, 2, 3]) * 0.1, 1e-4, 1e-5));
    }

    [Fact]
    public void TheRateGoesToTheMeansByHalfACosine()
    {
        ISchedule before = Model.Schedules.Schedules.Create(new() { Name = ScheduleKind.Exponential, DecayRate = 0.01 }, 1.0, 10);
        ISchedule rate = SwaRate.Over(before, new() { StartEpoch = 5, Lr = 0.5, AnnealEpochs = 4 });
        Assert.Equal(before.RateAt(4.9), rate.RateAt(4.9));
        Assert.Equal(0.1, rate.RateAt(5), 12);
        Assert.Equal(0.3, rate.RateAt(7), 12);
        Assert.Equal(0.1 + 0.4 * (1 - Math.Cos(Math.PI / 4)) / 2, rate.RateAt(6), 12);
        Assert.Equal(0.5, rate.RateAt(9), 12);
        Assert.Equal(0.5, rate.RateAt(10), 12);
        Assert.Same(before, SwaRate.Over(before, new() { StartEpoch = 5 }));
    }

    [Fact]
    public void AWarmAverageForgetsTheFreshWeights()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using nn.Module model = nn.Linear(3, 2);
        using var flat = new State.FlatState(model);
        using var ema = new ExponentialMovingAverage(model, flat, 0.9, warmup: true);
        // Of timm's formula: 1 - (1 + step)^(-2/3), where step is one less than the number of the update.
        Assert.Equal(0, ema.DecayAt(1));
        Assert.Equal(1 - Math.Pow(8, -2.0 / 3), ema.DecayAt(8), 12);
        Assert.Equal(0.9, ema.DecayAt(1000));
        flat.Values.fill_(2);
        ema.Update(1);
        flat.Values.fill_(4);
        ema.Update(2);
        double decay = 1 - Math.Pow(2, -2.0 / 3);
        ema.SwapIn();
        Assert.Equal(2 * decay + 4 * (1 - decay), flat.Values[0].item<float>(), 6);
    }

    private string PathOf(int epoch, string file) => Path.Combine(_data.Folder, $"step-{epoch * StepsPerEpoch:D8}", file);

    private IReadOnlyDictionary<string, Tensor> Read(int epoch, string file) => Safetensors.Read(PathOf(epoch, file));
}
