namespace StreamTrainer.Pipeline.Batching;

/// <summary>
/// How many workers the device's pace asks for. Where the ring was never far from full, one worker less would do; where the
/// trainer waited, or the ring was near empty, half as many again are needed. Between the two nothing changes, so the number
/// settles. Starts with all: the ring is to be filled first.
/// </summary>
internal sealed class WorkerPace
{
    /// <summary>A trainer that waited for less than this share of a period did not wait.</summary>
    private const double Waited = 0.01;

    private readonly int _most, _full;

    /// <summary>The pace of a pipeline.</summary>
    /// <param name="most">Workers there are.</param>
    /// <param name="slots">Slots of the ring; one is the trainer's, one is being filled again.</param>
    public WorkerPace(int most, int slots) => (_most, _full, Active) = (most, slots - 2, most);

    /// <summary>How many workers there should be now.</summary>
    public int Active { get; private set; }

    /// <summary>What a period came to.</summary>
    /// <param name="waitedShare">Share of it that the trainer waited.</param>
    /// <param name="leastReady">The fewest filled batches that the trainer found when it asked for one.</param>
    public int Next(double waitedShare, int leastReady)
    {
        if (waitedShare > Waited || leastReady <= _full / 4)
        {
            Active = Math.Min(_most, Active + Math.Max(1, Active / 2));
        }
        else if (leastReady >= _full * 3 / 4)
        {
            Active = Math.Max(1, Active - 1);
        }

        return Active;
    }
}
