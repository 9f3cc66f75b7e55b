namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>How a cursor goes on.</summary>
internal enum SegmentState
{
    /// <summary>A block was begun.</summary>
    Block,

    /// <summary>There is no other segment.</summary>
    Done,

    /// <summary>The data is damaged.</summary>
    Damaged,
}
