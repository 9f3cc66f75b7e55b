namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>Where the pixels of one output row lie in the source.</summary>
/// <param name="dx">For each pixel, how far right of its tap.</param>
/// <param name="dy">How far below it.</param>
/// <param name="offsets">Its tap: bytes from the source's first pixel.</param>
internal readonly unsafe struct GatherTaps(double* dx, double* dy, int* offsets)
{
    /// <summary>For each pixel, how far right of its tap.</summary>
    public double* Dx => dx;

    /// <summary>How far below it.</summary>
    public double* Dy => dy;

    /// <summary>Its tap: bytes from the source's first pixel.</summary>
    public int* Offsets => offsets;
}
