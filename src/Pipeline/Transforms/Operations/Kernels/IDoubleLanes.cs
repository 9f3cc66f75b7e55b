namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>Bytes as double-precision numbers, as many as a vector holds. Each operation rounds; nothing is fused.</summary>
/// <typeparam name="TVector">The vector.</typeparam>
internal unsafe interface IDoubleLanes<TVector>
    where TVector : struct
{
    /// <summary>Numbers of a vector.</summary>
    static abstract int Doubles { get; }

    static abstract TVector AllDoubles(double value);

    static abstract TVector LoadDoubles(double* from);

    /// <summary>Widens as many bytes as there are numbers, and reads no more.</summary>
    static abstract TVector DoublesOfBytes(byte* from);

    static abstract TVector AddDoubles(TVector a, TVector b);

    static abstract TVector SubtractDoubles(TVector a, TVector b);

    static abstract TVector MultiplyDoubles(TVector a, TVector b);

    static abstract TVector FloorDoubles(TVector a);

    static abstract void StoreDoubles(TVector value, double* to);

    /// <summary>Stores whole numbers as 32-bit integers.</summary>
    static abstract void StoreDoublesAsInts(TVector value, int* to);

    /// <summary>Clamps to 0..255, cuts the fraction off, stores exactly as many bytes as there are numbers.</summary>
    static abstract void StoreDoublesAsBytes(TVector value, byte* to);
}
