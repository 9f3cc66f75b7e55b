using StreamTrainer.Pipeline.Diagnostics;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>What a worker thread does: takes a group, writes each sample's pixels into its place in the slot. It owns its
/// transform and its memory.</summary>
internal sealed unsafe class SampleWorker(
    ISampleSource source, PipelinePlan plan, Func<IImageTransform> makeTransform, StageQueue<SampleGroup> full, StageQueue<SampleGroup> empty,
    BadSamples bad, PipelineStatistics statistics, WorkerGate gate, int number)
{
    /// <summary>Works until the pipeline ends.</summary>
    public void Run()
    {
        using var waiter = new StageWaiter();
        using IImageTransform transform = makeTransform();
        using var filler = new PlaceFiller(source, plan.Evaluation, transform, bad.Add);
        if (transform.OutputSize != plan.ImageSize)
        {
            throw new InvalidOperationException($"the transform makes {transform.OutputSize}, the plan says {plan.ImageSize}");
        }

        while (true)
        {
            long wait = 0;
            if (!gate.Enter(number) || !full.Take(out SampleGroup group, waiter, ref wait))
            {
                return;
            }

            group.Slot!.Begun(group.Count);
            var timing = default(TransformTiming);
            for (int i = 0; i < group.Count; i++)
            {
                Fill(group, i, filler, ref timing);
            }

            statistics.Transformed(group.Count - group.Indices.AsSpan(0, group.Count).Count(SampleGroup.Padding), timing, wait);
            group.Slot.Done(group.Count);
            group.Slot = null;
            empty.PutNow(group);
        }
    }

    private void Fill(SampleGroup group, int i, PlaceFiller filler, ref TransformTiming timing)
    {
        Batch batch = group.Slot!.Batch;
        int row = group.First + i;
        var place = new SamplePlace(plan.Seed, batch.Epoch, group.Positions[i], group.Indices[i]);
        int bytes = 3 * batch.ImageSize.Width * batch.ImageSize.Height;
        var target = new Span<byte>(batch.Buffer.Pointer + (long)row * bytes, bytes);
        long index = place.Index == SampleGroup.Padding ? PlaceFiller.Nothing : filler.Fill(place, group.Samples[i], group.Errors[i], target, ref timing);
        if (index == PlaceFiller.Nothing)
        {
            target.Clear();
            batch.Labels[row] = -1;
            batch.Indices[row] = place.Index;
            return;
        }

        batch.Labels[row] = source.LabelOf(index);
        batch.Indices[row] = index;
        batch.Adjustments.Draw(row, place);
    }
}
