namespace StreamTrainer.Pipeline;

/// <summary>
/// How wide the vectors are that the pipeline's kernels compute with. A kernel has one path a level, or takes the next lower one
/// that it has; all give the same bytes. Kernels ask for <c>VectorLevel.Current</c> (<see cref="VectorLevels"/>), nothing else, so
/// that one switch of the runtime decides for all of them; tests construct them with a lower level.
/// </summary>
public enum VectorLevel
{
    /// <summary>No vectors: the reference.</summary>
    Scalar,

    /// <summary>128 bits: SSE4.2, or NEON.</summary>
    Vector128,

    /// <summary>256 bits: AVX2.</summary>
    Vector256,

    /// <summary>512 bits: AVX-512 with F, BW, DQ, VL, VBMI and VBMI2 (Ice Lake, Zen 4 and later). Processors with less of AVX-512
    /// take 256 bits, which are faster there.</summary>
    Vector512,
}
