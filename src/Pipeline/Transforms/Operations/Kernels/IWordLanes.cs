namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>Bytes as unsigned 16-bit numbers, as many as a vector holds.</summary>
/// <typeparam name="TVector">The vector.</typeparam>
internal unsafe interface IWordLanes<TVector>
    where TVector : struct
{
    /// <summary>Numbers of a vector.</summary>
    static abstract int Words { get; }

    static abstract TVector AllWords(ushort value);

    static abstract TVector LoadWords(ushort* from);

    /// <summary>Widens as many bytes as there are numbers, and reads no more.</summary>
    static abstract TVector WordsOfBytes(byte* from);

    static abstract void StoreWords(TVector value, ushort* to);

    /// <summary>Stores numbers below 256 as bytes, exactly as many as there are.</summary>
    static abstract void StoreWordsAsBytes(TVector value, byte* to);

    static abstract TVector AddWords(TVector a, TVector b);

    /// <summary>The upper 16 bits of the products.</summary>
    static abstract TVector MultiplyHigh(TVector a, TVector b);
}
