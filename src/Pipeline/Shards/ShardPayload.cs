namespace StreamTrainer.Pipeline.Shards;

/// <summary>What <c>pack</c> makes of JPEGs; whatever else there is stays as it is in any of them.</summary>
public enum ShardPayload
{
    /// <summary>The original bytes.</summary>
    Copy,

    /// <summary>The same coefficients, Huffman-coded in segments that a crop reads by themselves; about the original's size.</summary>
    Indexed,

    /// <summary>The same coefficients, laid out for vector instructions; larger than the original, and several times as fast.</summary>
    Coefficients,
}
