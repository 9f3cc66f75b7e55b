using StreamTrainer.Model.Architectures.Layers;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Feed;
using StreamTrainer.Model.Health;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Mixing;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Training;

/// <summary>One optimizer update from one batch, in as many passes as its micro-batches. Training thread only.</summary>
/// <param name="recipe">The recipe.</param>
/// <param name="state">What is trained.</param>
/// <param name="feed">The way to the device.</param>
/// <param name="loss">The loss.</param>
/// <param name="mixer">What mixes, where the recipe mixes.</param>
/// <param name="device">Where it is computed.</param>
/// <param name="clock">Books where the time goes.</param>
/// <param name="launched">Called when all of a step is on its way to the device, before its result is waited for.</param>
/// <param name="ranks">The processes that train together; by default this one alone.</param>
/// <param name="health">Judges the step before its update; by default one without memory, by the recipe.</param>
/// <param name="probe">Looks into one of the steps; by default nothing does.</param>
public sealed class TrainStep(
    Recipe recipe, TrainState state, DeviceFeed feed, ILoss loss, Mixer? mixer, ComputeDevice device, PhaseClock clock, Action? launched = null, IRanks? ranks = null,
    HealthWatch? health = null, StepProbe? probe = null) : IDisposable
{
    private readonly IRanks _ranks = ranks ?? OneRank.Instance;
    private readonly HealthWatch _health = health ?? new HealthWatch(recipe.Health);
    private readonly KeptStatistics? _kept = recipe.Health.Skips ? new KeptStatistics(state.Model) : null;
    private readonly StepShare _sizes = StepShare.Of(recipe, ranks?.Rank ?? 0, ranks?.Size ?? 1);
    private readonly PassPart? _part = PartOf(StepShare.Of(recipe, ranks?.Rank ?? 0, ranks?.Size ?? 1), device.Device);

    /// <summary>Trains on a batch and gives it back to its ring as soon as its bytes are no longer needed.</summary>
    /// <param name="batch">The batch; disposed here.</param>
    /// <param name="step">The step's number, from 0: draws depend on it and on the seed alone.</param>
    /// <param name="learningRate">The rate of this step.</param>
    public StepOutcome Run(Batch batch, long step, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        int count = batch.Count;
        Tensor pixels = feed.Pixels(batch), labels = feed.Labels(batch);
        state.Flat.ZeroGradients();
        _kept?.Keep();
        StepProbe? looking = probe?.Begins(step, batch) == true ? probe : null;
        Tensor sum = zeros(1, device: device.Device);
        for (int pass = 0, group = 0; group < _sizes.Groups; group++)
        {
            using var groupScope = NewDisposeScope();
            (Tensor mixed, Targets targets) = Mixed(batch, pixels, labels, group);
            for (int first = 0; first < _sizes.Group; first += _sizes.Micro, pass++)
            {
                using var passScope = NewDisposeScope();
                Tensor images = mixed.narrow(0, first, _sizes.Micro);
                if (images.dtype == ScalarType.Byte)
                {
                    images = Ready(images, batch, group * _sizes.Group + first);
                }

                bool last = pass == _sizes.Passes - 1;
                if (last)
                {
                    batch.Dispose();
                }

                sum.add_(Pass(images, targets.Rows(first, _sizes.Micro), _sizes.PassOf(step, pass), last, looking), alpha: Scalars.One);
                TrainingMetrics.PhaseTook(Phase.Backward, clock.Enter(last ? Phase.Optimizer : Phase.Transfer));
            }
        }

        _ranks.SumGradients();
        launched?.Invoke();
        // Before the update: where something is wrong with the step, the weights are still those of the step before.
        double own = sum.to(ScalarType.Float64).item<double>();
        (double? norm, bool overflowed) = Unscale(looking is not null);
        (double result, bool explodes) = _ranks.EndStep(own, !overflowed && _health.Explodes(norm));
        StepFault? fault = overflowed ? null : _health.Judge(result, norm, explodes);
        if (!overflowed && fault is not { Updates: false })
        {
            Clip(norm);
            // Clipped, it is another.
            state.Optimizer.Step(learningRate, recipe.Optimizer.ClipGrad is null ? norm : null);
            state.Ema?.Update(state.Optimizer.Steps);
        }
        else if (fault is { Action: HealthAction.Skip })
        {
            _kept!.Restore();
        }

        TrainingMetrics.PhaseTook(Phase.Optimizer, clock.Enter(Phase.Report));
        TrainingMetrics.StepDone(count);
        var outcome = new StepOutcome(result, overflowed) { OwnLoss = own, GradientNorm = norm, Fault = fault };
        looking?.Ends(outcome, learningRate);
        return outcome;
    }

    private static PassPart? PartOf(StepShare share, Device device) =>
        share.RowsOfPass is { } rows ? new PassPart(share.Whole.Micro, tensor([.. rows], device: device).DetachFromDisposeScope()) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _kept?.Dispose();
        _part?.Rows.Dispose();
    }

    private void Clip(double? norm)
    {
        if (recipe.Optimizer.ClipGrad is { } most)
        {
            if (recipe.Optimizer.ClipMode == ClipMode.Value)
            {
                GradientClipping.ClipValues(state.Flat, most);
            }
            else
            {
                GradientClipping.Clip(state.Flat, most, norm);
            }
        }
    }

    /// <summary>Takes the loss's scale out of the gradients, and says their norm where somebody needs it.</summary>
    /// <returns>The norm, and whether some of the scaled gradients overflowed, so that there is no step.</returns>
    private (double? Norm, bool Overflowed) Unscale(bool wanted)
    {
        if (state.Scaler is not { } scaler)
        {
            return (_health.NeedsNorm || wanted ? GradientClipping.Norm(state.Flat) : null, false);
        }

        double scale = scaler.Scale, norm = GradientClipping.Norm(state.Flat);
        bool finite = double.IsFinite(norm);
        scaler.Update(finite);
        if (finite)
        {
            using var guard = no_grad();
            state.Flat.Gradients.mul_(Scalars.Of(1 / scale));
        }

        return (norm / scale, !finite);
    }

    /// <summary>Forward and backward of one micro-batch; its gradients are added to those of the passes before it.</summary>
    /// <returns>Its part of the batch's loss.</returns>
    private Tensor Pass(Tensor images, Targets targets, long draw, bool last, StepProbe? looking)
    {
        TrainingMetrics.PhaseTook(Phase.Transfer, clock.Enter(Phase.Forward));
        // Dropout and drop path draw from libtorch's generator: seeded by the pass, a resumed run draws the same.
        Seed((long)(new SampleRandom(recipe.Train.Seed, 0, draw, RandomStream.Model).NextUInt64() >> 1));
        DropPath.Part = _part;
        Tensor value;
        using (device.Autocast())
        {
            Tensor logits = state.Model.forward(images);
            value = loss.Forward(logits, targets);
            looking?.Passed(loss, logits, targets);
        }

        if (_sizes.AllPasses > 1)
        {
            // A loss is a mean over its images; the batch's is the mean of its equal parts'.
            value = value.div(Scalars.Of(_sizes.AllPasses));
        }

        TrainingMetrics.PhaseTook(Phase.Forward, clock.Enter(Phase.Backward));
        _ranks.BackwardBegins(last);
        // Scaled, then let go: what is summed up is the loss itself.
        (state.Scaler is { } scaler ? value.mul(Scalars.Of(scaler.Scale)) : value).backward();
        return value.detach();
    }

    /// <summary>Normalised images, with what was drawn for them done.</summary>
    private Tensor Ready(Tensor pixels, Batch batch, int first)
    {
        Tensor images = feed.Normalise(pixels);
        feed.Adjust(images, batch, first);
        return images;
    }

    /// <summary>A group's pixels, or its images ready for the network where floats are mixed, and what they should have been. Its draws are
    /// those of its place among all groups of the epoch.</summary>
    private (Tensor Images, Targets Targets) Mixed(Batch batch, Tensor pixels, Tensor labels, int group)
    {
        int first = group * _sizes.Group;
        (Tensor own, Tensor classes) = (pixels.narrow(0, first, _sizes.Group), labels.narrow(0, first, _sizes.Group));
        if (mixer is null)
        {
            return (own, Targets.Labels(classes));
        }

        var plan = GroupMix.Of(recipe.Train.Seed, batch.Epoch, _sizes.GroupOf(batch.IndexInEpoch, group), _sizes, recipe.Mix, batch.ImageSize);
        (Tensor mixed, Tensor shares) = recipe.Mix.Floats ? mixer.ApplyFloats(Ready(own, batch, first), classes, plan) : mixer.Apply(own, classes, plan);
        return (mixed, Targets.Soft(shares));
    }

    /// <summary>The CPU's generator and, where the network is there, the device's: layers draw where their input is.</summary>
    private void Seed(long seed)
    {
        using Generator generator = random.manual_seed(seed);
        if (device.Device.type == DeviceType.CUDA)
        {
            cuda.manual_seed_all(seed);
        }
    }
}
