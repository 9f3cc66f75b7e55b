namespace StreamTrainer.Pipeline.Transforms;

/// <summary>Pillow's resampling filters (its <c>Resample.c</c>; Keys, "Cubic convolution interpolation", 1981, with a = -0.5;
/// Duchon, "Lanczos filtering in one and two dimensions", 1979).</summary>
internal static class ResampleFilter
{
    /// <summary>How far a filter reaches, in pixels of the larger scale.</summary>
    public static double Support(Interpolation filter) => filter switch
    {
        Interpolation.Box => 0.5,
        Interpolation.Bilinear or Interpolation.Hamming => 1.0,
        Interpolation.Bicubic => 2.0,
        Interpolation.Lanczos => 3.0,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "a filter that weighs pixels"),
    };

    /// <summary>The filter's value at a distance.</summary>
    public static double Value(Interpolation filter, double x)
    {
        switch (filter)
        {
            case Interpolation.Box:
                return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
            case Interpolation.Lanczos:
                return x >= -3.0 && x < 3.0 ? Sinc(x) * Sinc(x / 3) : 0.0;
            default:
                x = Math.Abs(x);
                return filter switch
                {
                    Interpolation.Bilinear => x < 1.0 ? 1.0 - x : 0.0,
                    Interpolation.Hamming => Hamming(x),
                    _ => Cubic(x),
                };
        }
    }

    private static double Cubic(double x)
    {
        const double A = -0.5;
        return x < 1.0 ? ((A + 2.0) * x - (A + 3.0)) * x * x + 1
            : x < 2.0 ? (((x - 5) * x + 8) * x - 4) * A
            : 0.0;
    }

    private static double Hamming(double x)
    {
        if (x == 0.0 || x >= 1.0)
        {
            return x == 0.0 ? 1.0 : 0.0;
        }

        // Pillow's constants are of single precision.
        x *= Math.PI;
        return Math.Sin(x) / x * (0.54f + 0.46f * Math.Cos(x));
    }

    private static double Sinc(double x)
    {
        if (x == 0.0)
        {
            return 1.0;
        }

        x *= Math.PI;
        return Math.Sin(x) / x;
    }
}
