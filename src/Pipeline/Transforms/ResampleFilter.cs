namespace StreamTrainer.Pipeline.Transforms;

/// <summary>Pillow's resampling filters (its <c>Resample.c</c>; Keys, "Cubic convolution interpolation", 1981, with a = -0.5).</summary>
internal static class ResampleFilter
{
    /// <summary>How far a filter reaches, in pixels of the larger scale.</summary>
    public static double Support(Interpolation filter) => filter switch
    {
        Interpolation.Bilinear => 1.0,
        Interpolation.Bicubic => 2.0,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "bilinear or bicubic"),
    };

    /// <summary>The filter's value at a distance.</summary>
    public static double Value(Interpolation filter, double x)
    {
        const double A = -0.5;
        x = Math.Abs(x);
        if (filter == Interpolation.Bilinear)
        {
            return x < 1.0 ? 1.0 - x : 0.0;
        }

        return x < 1.0 ? ((A + 2.0) * x - (A + 3.0)) * x * x + 1
            : x < 2.0 ? (((x - 5) * x + 8) * x - 4) * A
            : 0.0;
    }
}
