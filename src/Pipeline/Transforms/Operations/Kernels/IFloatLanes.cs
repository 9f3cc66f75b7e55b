namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>Bytes as single-precision numbers, as many as a vector holds. Each operation rounds; nothing is fused.</summary>
/// <typeparam name="TVector">The vector.</typeparam>
internal unsafe interface IFloatLanes<TVector>
    where TVector : struct
{
    /// <summary>Numbers of a vector.</summary>
    static abstract int Floats { get; }

    static abstract TVector AllFloats(float value);

    /// <summary>Widens as many bytes as there are numbers, and reads no more.</summary>
    static abstract TVector FloatsOfBytes(byte* from);

    static abstract TVector AddFloats(TVector a, TVector b);

    static abstract TVector SubtractFloats(TVector a, TVector b);

    static abstract TVector MultiplyFloats(TVector a, TVector b);

    /// <summary>Clamps to 0..255, cuts the fraction off, stores exactly as many bytes as there are numbers.</summary>
    static abstract void StoreFloatsAsBytes(TVector value, byte* to);
}
