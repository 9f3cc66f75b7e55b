namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// The few vector instructions that a JPEG's pixels need, for one width, so that a kernel is written once and compiled for each
/// (<see cref="VectorKernels{TLanes, TVector}"/>). A vector is one, two or four lanes of 128 bits, its elements 16-bit words
/// unless a name says otherwise; unpacking and packing stay inside a lane.
/// </summary>
/// <typeparam name="TVector">The vector: <c>Vector128&lt;short&gt;</c> and its wider kin.</typeparam>
internal unsafe interface ILanes<TVector> where TVector : struct
{
    /// <summary>Words of a vector.</summary>
    static abstract int Words { get; }

    /// <summary>Row 0 of as many consecutive blocks as there are lanes, from a pointer to the first one's row.</summary>
    static abstract TVector LoadRows(short* row);

    /// <summary>Eight words in every lane.</summary>
    static abstract TVector Repeat(short* words);

    /// <summary>A whole vector.</summary>
    static abstract TVector Load(short* words);

    /// <summary>A vector's worth of bytes, each widened to a word.</summary>
    static abstract TVector LoadBytes(byte* bytes);

    /// <summary>Writes a whole vector.</summary>
    static abstract void Store(TVector words, short* target);

    /// <summary>Writes the words, all in 0 to 255, as bytes.</summary>
    static abstract void StoreBytes(TVector words, byte* target);

    /// <summary>Writes two rows of eight bytes of each lane's block: the lanes' lower halves one after the other, then their upper ones.</summary>
    static abstract void StoreRows(TVector bytes, byte* first, byte* second);

    /// <summary>Writes as many RGB pixels as a vector has words, after cutting the words to 0 to 255. Up to a vector more may be
    /// written.</summary>
    static abstract void StoreRgb(TVector red, TVector green, TVector blue, byte* target);

    /// <summary>The word everywhere.</summary>
    static abstract TVector Create(short word);

    /// <summary>The 32-bit number everywhere.</summary>
    static abstract TVector Create32(int value);

    /// <summary>Whether any word has a bit of the mask.</summary>
    static abstract bool Any(TVector words, TVector mask);

    /// <summary>a + b, modulo 2^16.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a - b, modulo 2^16.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a * b, modulo 2^16.</summary>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>(a * b + 2^14) >> 15.</summary>
    static abstract TVector MultiplyRounded(TVector a, TVector b);

    /// <summary>Either's bits.</summary>
    static abstract TVector Or(TVector a, TVector b);

    /// <summary>Bits that differ.</summary>
    static abstract TVector Xor(TVector a, TVector b);

    /// <summary>Words to the left.</summary>
    static abstract TVector ShiftLeft(TVector a, int bits);

    /// <summary>Words to the right, without a sign.</summary>
    static abstract TVector ShiftRight(TVector a, int bits);

    /// <summary>32-bit numbers: the sum of the products of each pair of words.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b);

    /// <summary>32-bit numbers: a + b, modulo 2^32.</summary>
    static abstract TVector Add32(TVector a, TVector b);

    /// <summary>32-bit numbers: a - b, modulo 2^32.</summary>
    static abstract TVector Subtract32(TVector a, TVector b);

    /// <summary>32-bit numbers to the right, with their sign.</summary>
    static abstract TVector ShiftRight32(TVector a, int bits);

    /// <summary>32-bit numbers of a, then b, cut to words.</summary>
    static abstract TVector Pack32(TVector a, TVector b);

    /// <summary>Words of a, then b, cut to signed bytes.</summary>
    static abstract TVector Pack(TVector a, TVector b);

    /// <summary>Bytes of the lower halves, one of a, one of b.</summary>
    static abstract TVector Low8(TVector a, TVector b);

    /// <summary>Bytes of the upper halves, one of a, one of b.</summary>
    static abstract TVector High8(TVector a, TVector b);

    /// <summary>Words of the lower halves, one of a, one of b.</summary>
    static abstract TVector Low16(TVector a, TVector b);

    /// <summary>Words of the upper halves, one of a, one of b.</summary>
    static abstract TVector High16(TVector a, TVector b);

    /// <summary>32-bit numbers of the lower halves, one of a, one of b.</summary>
    static abstract TVector Low32(TVector a, TVector b);

    /// <summary>32-bit numbers of the upper halves, one of a, one of b.</summary>
    static abstract TVector High32(TVector a, TVector b);

    /// <summary>The lower halves of a and b.</summary>
    static abstract TVector Low64(TVector a, TVector b);

    /// <summary>The upper halves of a and b.</summary>
    static abstract TVector High64(TVector a, TVector b);
}
