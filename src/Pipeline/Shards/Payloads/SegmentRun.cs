namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>Blocks of a segment that stand side by side in one row of one component; as <see cref="BlockRun"/>, and how they are coded.</summary>
internal unsafe struct SegmentRun
{
    /// <summary>The blocks and where they go.</summary>
    public BlockRun Blocks;

    /// <summary>Pairs of AC codes; see <c>HuffmanTable.Pairs</c>.</summary>
    public ulong* Ac;

    /// <summary>The first block's DC code and the others'; see <c>HuffmanTable.Differences</c>.</summary>
    public uint* First, Others;

    /// <summary>Of a segment's first run: where its bytes begin and end.</summary>
    public byte* Data, End;
}
