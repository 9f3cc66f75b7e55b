namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>What takes the symbols of a segment, as they come: a count or a code.</summary>
internal interface ISegmentSink
{
    /// <summary>A symbol and the bits behind it.</summary>
    /// <param name="table">Which code it belongs to; see <see cref="IndexedTable"/>.</param>
    /// <param name="symbol">A DC category, or a run and category of AC (ITU-T T.81, F.1.2).</param>
    /// <param name="bits">The value's bits, as many as the category.</param>
    void Add(int table, int symbol, int bits);
}
