using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Feed;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Model.Tests.Training;

/// <summary>A fresh network and one batch of noise.</summary>
internal sealed class StepSetup : IDisposable
{
    public const int Size = 24, Side = 8, Classes = 5;

    private readonly BatchBuffer _memory;

    public unsafe StepSetup(Recipe recipe, bool training)
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
