namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// Where a JPEG's coefficients come from: a scan of Huffman codes, or a payload of a shard. Rows of MCUs come from the top, and
/// only those of a window. One thread's; allocates nothing for an image.
/// </summary>
internal interface IBlockSource
{
    /// <summary>Begins a window; once an image, after it was opened.</summary>
    void Start(in McuWindow window);

    /// <summary>The next row of MCUs of the window: all blocks of its columns, the padding ones beyond the image's edge too,
    /// written whole.</summary>
    /// <returns>False where the data is damaged; what is in <paramref name="row"/> then is undefined.</returns>
    bool Read(CoefficientRow row);
}
