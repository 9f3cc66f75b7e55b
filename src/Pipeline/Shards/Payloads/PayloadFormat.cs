namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>The first byte of a payload: how the coefficients behind its header are stored, and the version of that.</summary>
internal enum PayloadFormat : byte
{
    /// <summary>For vector instructions: <see cref="CoefficientScan"/>.</summary>
    Coefficients = 0xC1,

    /// <summary>For small files: Huffman codes in segments.</summary>
    Indexed = 0xD1,
}
