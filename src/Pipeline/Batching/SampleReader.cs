using System.Diagnostics;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Diagnostics;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>What a reader thread does: takes an empty group, has it dealt samples, reads their bytes, hands it on.</summary>
internal sealed class SampleReader(ISampleSource source, GroupDispatcher dispatcher, StageQueue<SampleGroup> empty, StageQueue<SampleGroup> full, PipelineStatistics statistics, SlowSamples slow)
{
    /// <summary>Reads until the plan or the pipeline ends.</summary>
    public void Run()
    {
        using var waiter = new StageWaiter();
        while (true)
        {
            long wait = 0;
            if (!empty.Take(out SampleGroup group, waiter, ref wait))
            {
                return;
            }

            // Dealing takes no time: this is the wait for a free slot, of the reader that begins a batch and of those behind it.
            long asked = Stopwatch.GetTimestamp();
            if (!dispatcher.Next(group, waiter))
            {
                return;
            }

            long start = Stopwatch.GetTimestamp(), slotWait = start - asked;
            long bytes = 0;
            long before = start;
            for (int i = 0; i < group.Count; i++)
            {
                bytes += Read(group, i);
                long after = Stopwatch.GetTimestamp();
                slow.Took(group.Indices[i], SlowSamples.Reading, after - before);
                before = after;
            }

            long ticks = before - start;
            group.Slot!.Read(group.Count);
            bool open = full.Put(group, waiter, ref wait);
            statistics.Read(group.Count, bytes, ticks, wait, slotWait);
            if (!open)
            {
                return;
            }
        }
    }

    private long Read(SampleGroup group, int i)
    {
        if (group.Indices[i] == SampleGroup.Padding)
        {
            return 0;
        }

        group.Errors[i] = Try(source, group.Indices[i], group.Samples[i]);
        return group.Errors[i] is null ? group.Samples[i].Length : 0;
    }

    /// <summary>Reads a sample. One that cannot be read is a bad sample like any other: one dead file must not end a run.</summary>
    /// <returns>Why it cannot be read; none where it was.</returns>
    internal static string? Try(ISampleSource source, long index, EncodedSample sample)
    {
        try
        {
            source.Read(index, sample);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {ReadTrouble.Of(error)}";
        }
        catch (Exception error)
        {
            throw PipelineFailure.At(source, index, "reading", error);
        }
    }
}
