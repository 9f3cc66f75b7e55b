using System.Diagnostics;
using StreamTrainer.Pipeline.Decoding;
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
    /// <summary>So many candidates to replace a bad sample are tried; where all are bad, the data set is.</summary>
    private const int MostReplacements = 64;

    private readonly int _sampleBytes = 3 * plan.ImageSize.Width * plan.ImageSize.Height;

    /// <summary>Works until the pipeline ends.</summary>
    public void Run()
    {
        using var waiter = new StageWaiter();
        using IImageTransform transform = makeTransform();
        using var spare = new EncodedSample();
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
                Fill(group, i, transform, spare, ref timing);
            }

            statistics.Transformed(group.Count - group.Indices.AsSpan(0, group.Count).Count(SampleGroup.Padding), timing, wait);
            group.Slot.Done(group.Count);
            group.Slot = null;
            empty.PutNow(group);
        }
    }

    private void Fill(SampleGroup group, int i, IImageTransform transform, EncodedSample spare, ref TransformTiming timing)
    {
        Batch batch = group.Slot!.Batch;
        int row = group.First + i;
        var place = new SamplePlace(plan.Seed, batch.Epoch, group.Positions[i], group.Indices[i]);
        var target = new Span<byte>(batch.Buffer.Pointer + (long)row * _sampleBytes, _sampleBytes);
        string? error = null;
        if (place.Index != SampleGroup.Padding)
        {
            error = group.Errors[i] ?? Try(transform, group.Samples[i], place, target, ref timing);
        }

        long index = place.Index;
        if (error is not null)
        {
            bad.Add(index, error);
            index = plan.Evaluation ? -1 : Replace(transform, spare, place, target, ref timing);
        }

        if (index < 0)
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

    /// <summary>What stands in for a bad sample depends on its place and on the data alone: candidates are drawn for the
    /// place, and the first that can be used is.</summary>
    private long Replace(IImageTransform transform, EncodedSample spare, in SamplePlace place, Span<byte> target, ref TransformTiming timing)
    {
        SampleRandom draws = place.Random(RandomStream.Replacement);
        for (int tries = 0; tries < MostReplacements; tries++)
        {
            long candidate = (long)(draws.Next() * source.Count);
            string? error;
            try
            {
                source.Read(candidate, spare);
                error = Try(transform, spare, place with { Index = candidate }, target, ref timing);
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                error = SampleReader.Unreadable(unreadable);
            }

            if (error is null)
            {
                return candidate;
            }

            bad.Add(candidate, error);
        }

        throw new UserErrorException($"{source.Name}: {MostReplacements} samples drawn to replace {source.NameOf(place.Index)} cannot be used either; look at the samples listed");
    }

    /// <summary>Why a sample cannot be used; none where its pixels are in place.</summary>
    private string? Try(IImageTransform transform, EncodedSample sample, in SamplePlace place, Span<byte> target, ref TransformTiming timing)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            transform.Apply(sample, place, target, ref timing);
            return null;
        }
        catch (BadSampleException error)
        {
            timing = timing with { DecodeTicks = timing.DecodeTicks + Stopwatch.GetTimestamp() - start };
            return error.Message;
        }
        catch (Exception error)
        {
            throw PipelineFailure.At(source, place.Index, "decoding", error);
        }
    }
}
