using StreamTrainer.Model.Feed;
using StreamTrainer.Model.Mixing;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Replay;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Training;

/// <summary>
/// Makes again what a training gives its network of single samples, by the training's own code: the batch's bytes, mixed with their
/// partner's, lit and erased. On the CPU; numbers that fill erased pixels are the CPU's. One thread's.
/// </summary>
public sealed class TrainingReplay : IDisposable
{
    private readonly Recipe _recipe;
    private readonly StepSizes _sizes;
    private readonly int _classes;
    private readonly PipelinePlan _plan;
    private readonly SampleReplay _samples;

    // Made where it is needed: it loads libtorch.
    private readonly Lazy<DeviceFeed> _feed;

    /// <summary>A replay of a recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="source">Its training set; not disposed.</param>
    /// <exception cref="UserErrorException">The recipe cannot be trained on this set.</exception>
    public TrainingReplay(Recipe recipe, ISampleSource source)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(source);
        _recipe = recipe;
        _sizes = StepSizes.Of(recipe.Train);
        _classes = recipe.Model.NumClasses ?? source.ClassNames.Count;
        RunChecks.Classes(source, _classes);
        _plan = TrainingBatches.Plan(recipe, source.Count);
        _samples = new SampleReplay(source, _plan, TrainingBatches.Transform(recipe));
        _feed = new Lazy<DeviceFeed>(() => new DeviceFeed(CPU, recipe.Data.Mean, recipe.Data.Std));
    }

    /// <summary>The order and the batches.</summary>
    public SampleReplay Samples => _samples;

    /// <summary>What the network is given of the sample at a position of an epoch.</summary>
    /// <exception cref="UserErrorException">The sample, or the one that it is mixed with, cannot be used, nor any that could stand in.</exception>
    public NetworkInput Replay(long epoch, long position)
    {
        ReplayedSample sample = _samples.Replay(epoch, position);
        (int group, int row) = Math.DivRem(sample.Row, _sizes.Group);
        MixPlan mix = _recipe.Mix.Enabled ? GroupMix.OfImage(_recipe.Train.Seed, epoch, sample.Batch * _sizes.Groups + group, _sizes.Group, row, _recipe.Mix, _plan.SizeAt(epoch)) : MixPlan.None;
        // The group read backwards.
        int other = group * _sizes.Group + (_sizes.Group - 1 - row);
        ReplayedSample? partner = mix.Lambda >= 1.0 || other == sample.Row ? null : _samples.Replay(epoch, _samples.PositionOf(sample.Batch, other));
        bool untouched = partner is null && !sample.Adjustments.HasLighting && (!sample.Adjustments.HasErasing || sample.Adjustments.ErasedOf(0).IsEmpty);
        return new NetworkInput(sample, mix, partner, untouched ? null : Given(sample, partner, mix, _plan.SizeAt(epoch)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _samples.Dispose();
        if (_feed.IsValueCreated)
        {
            _feed.Value.Dispose();
        }
    }

    private byte[] Given(ReplayedSample sample, ReplayedSample? partner, MixPlan mix, ImageSize size)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        byte[] bytes = partner is null ? sample.Pixels : [.. sample.Pixels, .. partner.Pixels];
        Tensor pixels = tensor(bytes).view(-1, size.Height, size.Width, 3);
        if (partner is not null)
        {
            Tensor labels = tensor((long[])[sample.Label, partner.Label]);
            var mixer = new Mixer(_classes, _recipe.Loss.Smoothing);
            if (_recipe.Mix.Floats)
            {
                Tensor both = _feed.Value.Normalise(pixels);
                _feed.Value.Adjust(both.narrow(0, 0, 1), sample.Adjustments);
                _feed.Value.Adjust(both.narrow(0, 1, 1), partner.Adjustments);
                (both, _) = mixer.ApplyFloats(both, labels, GroupMix.All(mix));
                return _feed.Value.Bytes(both.narrow(0, 0, 1)).data<byte>().ToArray();
            }

            (pixels, _) = mixer.Apply(pixels, labels, mix);
        }

        Tensor images = _feed.Value.Normalise(pixels.narrow(0, 0, 1));
        _feed.Value.Adjust(images, sample.Adjustments);
        return _feed.Value.Bytes(images).data<byte>().ToArray();
    }
}
