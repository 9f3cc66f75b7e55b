namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>Bytes, as many as a vector holds. A static interface, so that a kernel is written once and compiled for each width.</summary>
/// <typeparam name="TVector">The vector.</typeparam>
internal unsafe interface IByteLanes<TVector>
    where TVector : struct
{
    /// <summary>Bytes of a vector.</summary>
    static abstract int Bytes { get; }

    static abstract TVector Load(byte* from);

    static abstract void Store(TVector value, byte* to);

    static abstract TVector Min(TVector a, TVector b);

    static abstract TVector Max(TVector a, TVector b);
}
