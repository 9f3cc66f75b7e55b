namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>
/// One pixel of Pillow's affine transform (its <c>Geometry.c</c>), bilinear or bicubic: the reference for the vector code, and what
/// runs where there is none. The source has its edge pixels repeated around it, so that no tap is clamped.
/// </summary>
internal static unsafe class AffineReference
{
    /// <summary>Pixels that the source is widened by on each side.</summary>
    public const int Border = 2;

    /// <summary>Makes a pixel.</summary>
    /// <param name="centre">The source pixel at (floor(x), floor(y)).</param>
    /// <param name="stride">Bytes from a source row to the next.</param>
    /// <param name="dx">x less its floor.</param>
    /// <param name="dy">y less its floor.</param>
    /// <param name="bicubic">Bicubic; else bilinear.</param>
    /// <param name="target">Gets three bytes.</param>
    public static void Pixel(byte* centre, long stride, double dx, double dy, bool bicubic, byte* target)
    {
        for (int channel = 0; channel < 3; channel++, centre++)
        {
            double value = bicubic
                ? Cubic(Cubic(centre - stride, dx), Cubic(centre, dx), Cubic(centre + stride, dx), Cubic(centre + 2 * stride, dx), dy)
                : Linear(Linear(centre[0], centre[3], dx), Linear(centre[stride], centre[stride + 3], dx), dy);
            target[channel] = value <= 0.0 ? (byte)0 : value >= 255.0 ? (byte)255 : (byte)value;
        }
    }

    private static double Cubic(byte* centre, double d) => Cubic(centre[-3], centre[0], centre[3], centre[6], d);

    private static double Linear(double v1, double v2, double d) => v1 + (v2 - v1) * d;

    private static double Cubic(double v1, double v2, double v3, double v4, double d)
    {
        double p2 = -v1 + v3;
        double p3 = 2 * (v1 - v2) + v3 - v4;
        double p4 = -v1 + v2 - v3 + v4;
        return v2 + d * (p2 + d * (p3 + d * p4));
    }
}
