namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>
/// From an output pixel to its place in the source, as Pillow's <c>Geometry.c</c> computes it: x' = a (x + 1/2) + b (y + 1/2) + c,
/// y' = d (x + 1/2) + e (y + 1/2) + f, summed in that order, in double, nothing fused.
/// </summary>
internal readonly record struct AffineMap(double A, double B, double C, double D, double E, double F)
{
    /// <summary>The source column of a pixel's centre, plus one half.</summary>
    public double X(int x, int y) => A * (x + 0.5) + B * (y + 0.5) + C;

    /// <summary>The source row of a pixel's centre, plus one half.</summary>
    public double Y(int x, int y) => D * (x + 0.5) + E * (y + 0.5) + F;

    /// <summary>
    /// The output pixels of a row whose source lies in the image: the first, and the one behind the last. Sums of rounded products
    /// are monotone as the exact ones are, so these pixels are neighbours, and a guess is put right by a step or two.
    /// </summary>
    public (int From, int To) Inside(int y, int width, int height)
    {
        double q = B * (y + 0.5), r = E * (y + 0.5);
        (int fromX, int toX) = Between(A, q, C, width, width);
        (int fromY, int toY) = Between(D, r, F, height, width);
        int from = Math.Max(fromX, fromY);
        return (from, Math.Max(from, Math.Min(toX, toY)));
    }

    /// <summary>Where 0 &lt;= slope (x + 1/2) + q + c &lt; bound, of x in [0, width).</summary>
    private static (int From, int To) Between(double slope, double q, double c, double bound, int width)
    {
        if (slope == 0)
        {
            double value = q + c;
            return value >= 0 && value < bound ? (0, width) : (0, 0);
        }

        return slope > 0
            ? (FirstAtLeast(slope, q, c, 0, width), FirstAtLeast(slope, q, c, bound, width))
            : (FirstBelow(slope, q, c, bound, width), FirstBelow(slope, q, c, 0, width));
    }

    private static int FirstAtLeast(double slope, double q, double c, double bound, int width)
    {
        int x = Guess(slope, q, c, bound, width);
        while (x > 0 && slope * (x - 1 + 0.5) + q + c >= bound)
        {
            x--;
        }

        while (x < width && slope * (x + 0.5) + q + c < bound)
        {
            x++;
        }

        return x;
    }

    private static int FirstBelow(double slope, double q, double c, double bound, int width)
    {
        int x = Guess(slope, q, c, bound, width);
        while (x > 0 && slope * (x - 1 + 0.5) + q + c < bound)
        {
            x--;
        }

        while (x < width && slope * (x + 0.5) + q + c >= bound)
        {
            x++;
        }

        return x;
    }

    /// <summary>The first pixel whose centre lies behind the bound, but for rounding: nearly always it is.</summary>
    private static int Guess(double slope, double q, double c, double bound, int width) =>
        (int)Math.Ceiling(Math.Min(Math.Max((bound - q - c) / slope - 0.5, 0), width));
}
