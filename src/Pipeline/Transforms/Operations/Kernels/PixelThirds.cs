namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>
/// Vectors of packed RGB: as many pixels as a vector has lanes are three vectors of bytes, and the lanes of a pixel's three channels
/// need that pixel's coordinate.
/// </summary>
internal static unsafe class PixelThirds
{
    private const int MostLanes = 8;

    private static readonly double[] s_pixels = GC.AllocateArray<double>(3 * MostLanes, pinned: true);

    static PixelThirds()
    {
        for (int lane = 0; lane < s_pixels.Length; lane++)
        {
            s_pixels[lane] = lane / 3;
        }
    }

    /// <summary>For each byte of up to eight pixels the number of its pixel: 0 0 0 1 1 1 2 2 2 and so on; 24 numbers, never moved.</summary>
    public static double* Pixels => (double*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref s_pixels[0]);
}
