using System.Diagnostics;
using StreamTrainer.Pipeline.Diagnostics;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>What a reader thread does: takes an empty group, has it dealt samples, reads their bytes, hands it on.</summary>
internal sealed class SampleReader(ISampleSource source, GroupDispatcher dispatcher, StageQueue<SampleGroup> empty, StageQueue<SampleGroup> full, PipelineStatistics statistics)
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
            for (int i = 0; i < group.Count; i++)
            {
                bytes += Read(group, i);
            }

            long ticks = Stopwatch.GetTimestamp() - start;
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
        EncodedSample sample = group.Samples[i];
        if (group.Indices[i] == SampleGroup.Padding)
        {
            return 0;
        }

        try
        {
            source.Read(group.Indices[i], sample);
            return sample.Length;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            group.Errors[i] = Unreadable(error);
            return 0;
        }
        catch (Exception error)
        {
            throw PipelineFailure.At(source, group.Indices[i], "reading", error);
        }
    }

    /// <summary>A sample that cannot be read is a bad sample like any other: one dead file must not end a run.</summary>
    internal static string Unreadable(Exception error) => $"cannot be read: {error.Message}";
}
