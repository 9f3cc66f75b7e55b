using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Feed;
using StreamTrainer.Model.Mixing;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Training;

/// <summary>What is shown as the network's is what a step makes of its whole batch.</summary>
public sealed class TrainingReplayTests
{
    public static TheoryData<double, double, double, int, int, MixMode, bool> Cases => new()
    {
        // mixup, cutmix, lighting, batch, group, mode, floats
        { 0.4, 0, 0, 12, 12, MixMode.Batch, false },
        { 0, 1.0, 0, 12, 4, MixMode.Batch, false },
        { 0.4, 1.0, 0, 15, 5, MixMode.Batch, false },
        { 0, 0, 0.3, 12, 12, MixMode.Batch, false },
        { 0.4, 1.0, 0, 12, 6, MixMode.Elem, false },
        { 0.4, 1.0, 0, 12, 12, MixMode.Pair, false },
        { 0.4, 1.0, 0.3, 12, 6, MixMode.Batch, true },
        { 0.4, 1.0, 0.3, 12, 12, MixMode.Elem, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void IsTheStepsOwnInput(double mixup, double cutmix, double lighting, int batchSize, int groupSize, MixMode mode, bool floats)
    {
        using var data = new TinyData();
        Recipe recipe = data.Recipe();
        // Each epoch's images have a size of their own.
        Assert.True(SizeSchedule.TryParse("steps(0:12, 1:16)", out SizeSchedule? sizes));
        recipe = recipe with
        {
            Augment = recipe.Augment with { Sizes = sizes, Lighting = lighting, ErasingProb = 0.5, ErasingCount = 2 },
            Mix = new() { Mixup = mixup, Cutmix = cutmix, Prob = 0.8, Mode = mode, Floats = floats },
            Train = recipe.Train with { BatchSize = batchSize, GroupSize = groupSize, Epochs = 2 },
        };
        using ISampleSource source = SampleSources.Open(recipe.Data.Train);
        using var replay = new TrainingReplay(recipe, source);
        using var feed = new DeviceFeed(CPU, recipe.Data.Mean, recipe.Data.Std);
        using var pipeline = new ImagePipeline(
            source, () => TrainingBatches.Transform(recipe), recipe.Data, TrainingBatches.Plan(recipe, source.Count), new TensorBatchMemory(CPU), NullLogger.Instance);
        int changed = 0, mixedRows = 0;
        while (pipeline.Take(TestContext.Current.CancellationToken) is { } batch)
        {
            using var scope = NewDisposeScope();
            (GroupMix[] plans, Tensor images) = Input(recipe, feed, batch, groupSize);
            byte[] expected = feed.Bytes(images).data<byte>().ToArray();
            int bytes = expected.Length / batch.Count;
            for (int row = 0; row < batch.Count; row++)
            {
                NetworkInput input = replay.Replay(batch.Epoch, replay.Samples.PositionOf(batch.IndexInEpoch, row));
                byte[] own = expected[(row * bytes)..((row + 1) * bytes)];
                Assert.Equal(own, input.Pixels ?? input.Sample.Pixels);
                Assert.Equal(plans[row / groupSize][row % groupSize], input.Mix);
                changed += input.Pixels is null ? 0 : 1;
                mixedRows += input.Partner is null ? 0 : 1;
                if (input.Partner is { } partner)
                {
                    Assert.Equal((row / groupSize * groupSize) + groupSize - 1 - (row % groupSize), partner.Row);
                    Assert.Equal(batch.Indices[partner.Row], partner.Index);
                }
            }

            batch.Dispose();
        }

        Assert.True(changed > 0);
        Assert.Equal(mixup + cutmix > 0, mixedRows > 0);
    }

    [Fact]
    public void NothingIsMadeWhereTheBatchIsWhatTheNetworkGets()
    {
        using var data = new TinyData();
        Recipe recipe = data.Recipe() with { Mix = new() };
        using ISampleSource source = SampleSources.Open(recipe.Data.Train);
        using var replay = new TrainingReplay(recipe, source);
        NetworkInput input = replay.Replay(3, 5);
        Assert.Null(input.Pixels);
        Assert.Null(input.Partner);
        Assert.Equal(MixPlan.None, input.Mix);
    }

    [Fact]
    public void BytesAreTakenBackFromEveryFloat()
    {
        using var scope = NewDisposeScope();
        var data = new DataOptions();
        using var feed = new DeviceFeed(CPU, data.Mean, data.Std);
        byte[] values = [.. Enumerable.Range(0, 256).SelectMany(value => Enumerable.Repeat((byte)value, 3))];
        Tensor pixels = tensor(values, [1, 16, 16, 3]);
        Assert.Equal(values, feed.Bytes(feed.Normalise(pixels)).data<byte>().ToArray());
        Assert.Equal((byte)255, feed.Bytes(full([1, 3, 1, 1], 9f)).data<byte>().ToArray()[0]);
        Assert.Equal((byte)0, feed.Bytes(full([1, 3, 1, 1], -9f)).data<byte>().ToArray()[0]);
    }

    /// <summary>A step's input, group by group, as <see cref="TrainStep"/> makes it.</summary>
    private static (GroupMix[] Plans, Tensor Images) Input(Recipe recipe, DeviceFeed feed, Batch batch, int groupSize)
    {
        using var guard = no_grad();
        Tensor pixels = feed.Pixels(batch), labels = feed.Labels(batch);
        int groups = batch.Count / groupSize;
        var plans = new GroupMix[groups];
        for (int group = 0; group < groups; group++)
        {
            var share = Model.Distributed.StepShare.Of(recipe, 0, 1);
            plans[group] = GroupMix.Of(recipe.Train.Seed, batch.Epoch, batch.IndexInEpoch * groups + group, share, recipe.Mix, batch.ImageSize);
        }

        // Floats are mixed when all else is done, bytes before.
        Tensor images = recipe.Mix.Floats ? Ready() : pixels;
        for (int group = 0; group < groups; group++)
        {
            (Tensor own, Tensor classes) = (images.narrow(0, group * groupSize, groupSize), labels.narrow(0, group * groupSize, groupSize));
            if (recipe.Mix.Floats)
            {
                own.copy_(new Mixer(10, 0.1).ApplyFloats(own, classes, plans[group]).Images);
            }
            else
            {
                new Mixer(10, 0.1).Apply(own, classes, plans[group]);
            }
        }

        return (plans, recipe.Mix.Floats ? images : Ready());

        Tensor Ready()
        {
            Tensor ready = feed.Normalise(pixels);
            feed.Adjust(ready, batch);
            return ready;
        }
    }
}
