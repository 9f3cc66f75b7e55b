namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>Segments that are still to be read: runs, the same number for each.</summary>
internal unsafe struct SegmentQueue
{
    /// <summary>The next segment's first run, and behind the last segment's last.</summary>
    public SegmentRun* Next, End;

    /// <summary>Runs of a segment.</summary>
    public int Runs;
}
