namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>Blocks of a group that stand side by side in one row of one component, and where those of them go that are wanted.</summary>
internal unsafe struct BlockRun
{
    /// <summary>How many blocks.</summary>
    public int Count;

    /// <summary>Blocks <c>[From, End)</c> are wanted; the others are unpacked into <see cref="CoefficientScan"/>'s waste.</summary>
    public int From, End;

    /// <summary>Whether a row of the same component comes before: DC of the first block then is a difference to that row's first.</summary>
    public bool Below;

    /// <summary>Where block <see cref="From"/>'s 64 int16 go, the next block's behind them.</summary>
    public short* To;

    /// <summary>Where block <see cref="From"/>'s extent goes.</summary>
    public byte* Extents;
}
