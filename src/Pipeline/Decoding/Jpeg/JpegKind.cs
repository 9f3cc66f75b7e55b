namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>What can be made of a JPEG here.</summary>
internal enum JpegKind
{
    /// <summary>Nothing: another process than Huffman-coded DCT of 8 bits, other colours or sampling than we have, or damaged.</summary>
    Foreign,

    /// <summary>A sequential one, baseline or extended, with all its components in one scan: <see cref="BaselineScan"/> reads it.</summary>
    Sequential,

    /// <summary>A progressive one, or a sequential one of several scans: <see cref="ProgressiveScan"/> reads it.</summary>
    Scans,
}
