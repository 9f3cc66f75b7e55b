using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Averaging;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.State;
using StreamTrainer.Model.Weights;
using StreamTrainer.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Training;

/// <summary>The tensors that a run changes: weights and buffers, the optimizer's moments, the average. Training thread only.</summary>
public sealed class TrainState : IDisposable
{
    /// <summary>Builds the state of a fresh run.</summary>
    public TrainState(Recipe recipe, int classes, Device device)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        Model = ModelRegistry.Create(recipe.SizedModel(), classes, recipe.Train.Seed);
        if (device.type != DeviceType.CPU)
        {
            Model.to(device);
        }

        Model.CheckpointActivations = recipe.Train.CheckpointActivations;
        foreach (int side in recipe.Augment.Sizes?.Over(recipe.Train.Epochs) ?? [])
        {
            Model.CheckSide(side, "augment.sizes");
        }

        TrainedParts.Freeze(Model, recipe.Train.Only);
        Flat = new FlatState(Model);
        if (recipe.Optimizer.LayerDecay is not null && Model.LayerOf is null)
        {
            throw new UserErrorException($"optimizer.layerDecay: {recipe.Model.Name} is not seen as a row of layers, only vision transformers are; set it to none");
        }

        Optimizer = Optimizers.Optimizers.Create(recipe.Optimizer, Flat, Model.NoWeightDecay, Model.LayerOf);
        Scaler = recipe.Train.Precision == Precision.PrecisionMode.Fp16 ? new Precision.LossScaler() : null;
        Ema = recipe.Ema.Decay is { } decay ? new ExponentialMovingAverage(Model, Flat, decay, recipe.Ema.Warmup) : null;
        Swa = recipe.Swa.StartEpoch is not null ? new StochasticWeightAverage(Model, Flat) : null;
    }

    /// <summary>The network.</summary>
    public ImageClassifier Model { get; }

    /// <summary>Its parameters, flat.</summary>
    public FlatState Flat { get; }

    /// <summary>The optimizer.</summary>
    public IOptimizer Optimizer { get; }

    /// <summary>The loss's scale, in fp16; its state is part of <see cref="TrainProgress"/>.</summary>
    public Precision.LossScaler? Scaler { get; }

    /// <summary>The average, where the recipe asks for one.</summary>
    public ExponentialMovingAverage? Ema { get; }

    /// <summary>The mean of weights, where the recipe asks for one; how many models are in it is part of <see cref="TrainProgress"/>.</summary>
    public StochasticWeightAverage? Swa { get; }

    /// <summary>Copies all tensors of a checkpoint.</summary>
    public StateSnapshot Snapshot()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var snapshot = new StateSnapshot();
        snapshot.Add(CheckpointStore.ModelFile, Model.state_dict());
        snapshot.Add(CheckpointStore.OptimizerFile, Optimizer.State.Append(KeyValuePair.Create(StepsKey, tensor(Optimizer.Steps))));
        foreach ((string file, WeightAverage average) in Averages())
        {
            average.WithinModel(() => snapshot.Add(file, Model.state_dict()));
        }

        return snapshot;
    }

    /// <summary>Writes all tensors into a checkpoint's directory.</summary>
    public void SaveTo(string checkpoint)
    {
        using StateSnapshot snapshot = Snapshot();
        snapshot.WriteTo(checkpoint);
    }

    /// <summary>Reads all tensors from a checkpoint's directory. What else of the state its books have is to be set before:
    /// <see cref="StochasticWeightAverage.Models"/> says whether there is a mean to read.</summary>
    /// <exception cref="UserErrorException">A file is missing or damaged, or belongs to another recipe.</exception>
    public void LoadFrom(string checkpoint)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach ((string name, WeightAverage average) in Averages())
        {
            StateDict.Load(Model, Path.Combine(checkpoint, name));
            average.Reset();
        }

        StateDict.Load(Model, Path.Combine(checkpoint, CheckpointStore.ModelFile));
        string file = Path.Combine(checkpoint, CheckpointStore.OptimizerFile);
        IReadOnlyDictionary<string, Tensor> moments = Safetensors.Read(file);
        foreach ((string name, Tensor flat) in Optimizer.State)
        {
            if (!moments.TryGetValue(name, out Tensor? saved) || saved.numel() != flat.numel())
            {
                throw new UserErrorException($"{file}: no '{name}' of {flat.numel()} elements; the checkpoint belongs to another model or optimizer");
            }

            flat.copy_(saved);
        }

        Optimizer.Steps = moments.TryGetValue(StepsKey, out Tensor? steps)
            ? steps.item<long>()
            : throw new UserErrorException($"{file}: no '{StepsKey}'; the file was not written by this program, or is damaged");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ema?.Dispose();
        Swa?.Dispose();
        Optimizer.Dispose();
        Flat.Dispose();
        Model.Dispose();
    }

    private IEnumerable<(string File, WeightAverage Average)> Averages()
    {
        if (Ema is not null)
        {
            yield return (CheckpointStore.EmaFile, Ema);
        }

        if (Swa is { Models: > 0 })
        {
            yield return (CheckpointStore.SwaFile, Swa);
        }
    }

    private const string StepsKey = "steps";
}
