namespace StreamTrainer.Pipeline.Demo;

/// <summary>Outline of the demo's object. Each is its own mirror image, so a horizontal flip never changes the class.</summary>
internal enum DemoShape
{
    /// <summary>A disc.</summary>
    Disc,

    /// <summary>A square.</summary>
    Square,

    /// <summary>An equilateral triangle.</summary>
    Triangle,

    /// <summary>A five-pointed star.</summary>
    Star,

    /// <summary>A cross of two equal bars.</summary>
    Cross,
}

/// <summary>Distances to the outlines. No trigonometry: +, *, and square roots are the same on every machine.</summary>
internal static class DemoShapes
{
    // Cosine and sine of 72 and 144 degrees.
    private const double Cos72 = 0.30901699437494742, Sin72 = 0.95105651629515357;
    private const double Cos144 = -0.80901699437494742, Sin144 = 0.58778525229247313;
    private const double Sin60 = 0.86602540378443865;

    /// <summary>Distance from the point to the outline of a shape of radius 1 around 0, negative inside. Exact near the
    /// edges' middles, an underestimate beside corners: enough to smooth the edge by.</summary>
    public static double Distance(DemoShape shape, double x, double y) => shape switch
    {
        DemoShape.Disc => Math.Sqrt(x * x + y * y) - 0.82,
        DemoShape.Square => Math.Max(Math.Abs(x), Math.Abs(y)) - 0.7,
        DemoShape.Triangle => Math.Max(-y, Math.Max(Sin60 * x + 0.5 * y, -Sin60 * x + 0.5 * y)) - 0.52,
        DemoShape.Star => Star(x, y),
        DemoShape.Cross => Math.Min(Math.Max(Math.Abs(x) - 0.28, Math.Abs(y) - 0.9), Math.Max(Math.Abs(x) - 0.9, Math.Abs(y) - 0.28)),
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };

    /// <summary>A pentagram is what lies behind at least four of a pentagon's five edges: the second largest distance counts.</summary>
    private static double Star(double x, double y)
    {
        double largest = double.NegativeInfinity, second = double.NegativeInfinity;
        Take(y);
        Take(Cos72 * y + Sin72 * x);
        Take(Cos72 * y - Sin72 * x);
        Take(Cos144 * y + Sin144 * x);
        Take(Cos144 * y - Sin144 * x);
        return second - 0.38;

        void Take(double value)
        {
            if (value > largest)
            {
                second = largest;
                largest = value;
            }
            else if (value > second)
            {
                second = value;
            }
        }
    }
}
