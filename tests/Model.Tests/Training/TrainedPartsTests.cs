using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Averaging;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.State;
using StreamTrainer.Model.Training;
using StreamTrainer.Model.Weights;
using StreamTrainer.Pipeline.Options;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Training;

/// <summary>Fine-tuning of some parts: the rest stays to the bit, whatever trains.</summary>
public sealed class TrainedPartsTests : IDisposable
{
    private readonly TinyData _data = new();

    public void Dispose() => _data.Dispose();

    public static TheoryData<OptimizerKind, TrainedPart[]> Cases => new()
    {
        { OptimizerKind.Sgd, [TrainedPart.Head, TrainedPart.LastNorm] },
        { OptimizerKind.AdamW, [TrainedPart.Head, TrainedPart.Norms] },
        { OptimizerKind.Lamb, [TrainedPart.Head] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void WhatIsLeftStaysToTheBit(OptimizerKind optimizer, TrainedPart[] parts)
    {
        const int Steps = 14;
        using var scope = NewDisposeScope();
        Recipe recipe = Recipe(optimizer, parts, Steps);
        // From weights that the state is not made with: the averages must have them too.
        string file = Path.Combine(_data.Folder, "from.safetensors");
        using ImageClassifier start = ModelRegistry.Create(recipe.SizedModel(), 10, recipe.Train.Seed + 1);
        StateDict.Save(start, file);
        Train(recipe, "a", weights: file);
        string at = Path.Combine(_data.Folder, "a", $"step-{Steps:D8}");
        IReadOnlyDictionary<string, Tensor> before = start.state_dict(), after = Safetensors.Read(Path.Combine(at, CheckpointStore.ModelFile)),
            ema = Safetensors.Read(Path.Combine(at, CheckpointStore.EmaFile)), swa = Safetensors.Read(Path.Combine(at, CheckpointStore.SwaFile));
        bool Trained(string name) =>
            (parts.Contains(TrainedPart.Head) && name.StartsWith("fc.", StringComparison.Ordinal))
            || (parts.Contains(TrainedPart.Norms) && (name.Contains("bn", StringComparison.Ordinal) || name.Contains("downsample.1", StringComparison.Ordinal)))
            || (parts.Contains(TrainedPart.LastNorm) && name.StartsWith("layer3.2.bn2.", StringComparison.Ordinal));
        foreach ((string name, Tensor value) in before)
        {
            foreach (IReadOnlyDictionary<string, Tensor> set in (IReadOnlyDictionary<string, Tensor>[])[after, ema, swa])
            {
                Assert.True(set[name].Equals(value) == !Trained(name), name);
            }
        }

        // Neither did it get moments.
        using var state = new TrainState(recipe, 10, CPU);
        state.Swa!.Models = 1;
        state.LoadFrom(at);
        foreach (ParameterSegment segment in state.Flat.Segments)
        {
            Assert.Equal(Trained(segment.Name), segment.IsTrained);
            foreach ((string moment, Tensor flat) in state.Optimizer.State)
            {
                bool zero = flat.narrow(0, segment.Offset, segment.Count).count_nonzero().item<long>() == 0;
                Assert.True(zero == !Trained(segment.Name), $"{moment} of {segment.Name}");
            }
        }
    }

    [Fact]
    public void ARunThatIsStoppedGoesOnAsIfItWasNot()
    {
        const int Steps = 14;
        Recipe recipe = Recipe(OptimizerKind.Sgd, [TrainedPart.Head, TrainedPart.LastNorm], Steps);
        Train(recipe, "whole");
        Train(recipe with { Train = recipe.Train with { MaxSteps = 7 } }, "part");
        Train(recipe, "part", new CheckpointStore(Path.Combine(_data.Folder, "part"), 9).Latest());
        foreach (string file in (string[])[CheckpointStore.ModelFile, CheckpointStore.EmaFile, CheckpointStore.OptimizerFile])
        {
            Assert.True(Bytes("whole", file).AsSpan().SequenceEqual(Bytes("part", file)), file);
        }

        byte[] Bytes(string name, string file) => File.ReadAllBytes(Path.Combine(_data.Folder, name, $"step-{Steps:D8}", file));
    }

    /// <summary>Frozen layers do in training what they do in an evaluation, also after one.</summary>
    [Fact]
    public void FrozenLayersEvaluate()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using ImageClassifier model = ModelRegistry.Create(new ModelOptions { Name = "resnet20_cifar", DropPath = 0.5 }, 10, 3);
        TrainedParts.Freeze(model, [TrainedPart.Head]);
        Tensor images = randn(6, 3, 16, 16);
        model.eval();
        Tensor evaluated = model.forward(images);
        model.train();
        Assert.True(model.forward(images).Equals(evaluated));
        using var calibration = new NormCalibration(model);
        calibration.Add(images);
        Assert.True(model.forward(images).Equals(evaluated));
    }

    /// <summary>A block's shortcut lies beside its last norm, a transformer's last norm is the one before its classifier.</summary>
    [Theory]
    [InlineData("resnet10_narrow", "layer4.0.bn2")]
    [InlineData("resnet50", "layer4.2.bn3")]
    [InlineData("efficientnet_b0", "bn2")]
    [InlineData("vit_tiny_patch16_224", "norm")]
    public void TheLastNormIsTheOneBeforeTheClassifier(string name, string norm)
    {
        using ImageClassifier model = ModelRegistry.CreateUnfilled(new ModelOptions { Name = name }, 10);
        TrainedParts.Freeze(model, [TrainedPart.LastNorm]);
        Assert.Equal([$"{norm}.bias", $"{norm}.weight"], model.named_parameters().Where(entry => entry.parameter.requires_grad).Select(entry => entry.name).Order(StringComparer.Ordinal));
    }

    /// <summary>Images of another size in each epoch: a stop in the middle of any leaves no trace, and the mean's batch norm is measured at
    /// the size of its epoch.</summary>
    [Fact]
    public void ARunWithSizesByEpochIsResumedInTheMiddleOfAny()
    {
        const int Steps = 36;
        Assert.True(SizeSchedule.TryParse("steps(0:8, 1:16, 2:12)", out SizeSchedule? sizes));
        Recipe recipe = _data.Recipe(Steps) with { Swa = new() { StartEpoch = 2, CalibrationImages = 40 }, Checkpoint = new() { EverySteps = 36, EveryEpochs = null, Keep = 100 } };
        recipe = recipe with { Augment = recipe.Augment with { Sizes = sizes, ErasingProb = 0.5 } };
        Train(recipe, "whole");
        foreach (int stop in (int[])[5, 12, 17, 30])
        {
            string name = $"stopped-{stop}";
            Train(recipe with { Train = recipe.Train with { MaxSteps = stop } }, name);
            Train(recipe, name, new CheckpointStore(Path.Combine(_data.Folder, name), 9).Latest());
            foreach (string file in (string[])[CheckpointStore.ModelFile, CheckpointStore.EmaFile, CheckpointStore.SwaFile, CheckpointStore.OptimizerFile])
            {
                byte[] Bytes(string run) => File.ReadAllBytes(Path.Combine(_data.Folder, run, $"step-{Steps:D8}", file));
                Assert.True(Bytes("whole").AsSpan().SequenceEqual(Bytes(name)), $"{file} after a stop at {stop}");
            }
        }

        // Of other sizes it is another run.
        Train(recipe with { Augment = recipe.Augment with { Sizes = null } }, "fixed");
        Assert.False(File.ReadAllBytes(Path.Combine(_data.Folder, "fixed", $"step-{Steps:D8}", CheckpointStore.ModelFile)).AsSpan()
            .SequenceEqual(File.ReadAllBytes(Path.Combine(_data.Folder, "whole", $"step-{Steps:D8}", CheckpointStore.ModelFile))));
    }

    [Fact]
    public void SizesThatANetworkCannotTakeAreRefusedAtTheStart()
    {
        Assert.True(SizeSchedule.TryParse("steps(0:40, 1:64)", out SizeSchedule? sizes));
        Recipe recipe = _data.Recipe();
        recipe = recipe with { Model = new() { Name = "vit_tiny_patch16_224" }, Augment = recipe.Augment with { Size = 64, Sizes = sizes } };
        Assert.Equal("augment.sizes: 40 pixels are no multiple of 16, the patches' side; take 48",
            Assert.Throws<StreamTrainer.Pipeline.UserErrorException>(() => new TrainState(recipe, 10, CPU)).Message);
    }

    private Recipe Recipe(OptimizerKind optimizer, IReadOnlyList<TrainedPart> parts, int steps)
    {
        Recipe recipe = _data.Recipe(steps);
        return recipe with
        {
            Optimizer = new() { Name = optimizer, Lr = 0.01, WeightDecay = 0.1, DecayAll = true },
            Swa = new() { StartEpoch = 1, CalibrationImages = 40 },
            Train = recipe.Train with { Only = parts },
        };
    }

    private void Train(Recipe recipe, string name, string? from = null, string? weights = null)
    {
        var job = new TrainingJob
        {
            Recipe = recipe,
            CheckpointDirectory = Path.Combine(_data.Folder, name),
            ResumeFrom = from,
            InitialWeights = weights is null ? null : new InitialWeights(weights, weights, null),
            Logger = NullLogger.Instance,
        };
        Trainer.Run(job, new EventList(_ => { }), CancellationToken.None);
    }
}
