using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Demo;

/// <summary>A direction in the plane: cosine and sine of its angle.</summary>
internal readonly record struct DemoDirection(double Cos, double Sin)
{
    /// <summary>Any direction with equal chance: a point of the disc, by rejection, because sine and cosine differ in their
    /// last digit between systems and images must not.</summary>
    public static DemoDirection Draw(ref SampleRandom draws)
    {
        while (true)
        {
            double x = 2 * draws.Next() - 1, y = 2 * draws.Next() - 1, square = x * x + y * y;
            if (square is > 0.01 and <= 1)
            {
                double length = Math.Sqrt(square);
                return new DemoDirection(x / length, y / length);
            }
        }
    }

    /// <summary>A direction near the first axis, at most so far that the angle's tangent is <paramref name="tangent"/>.</summary>
    public static DemoDirection DrawNear(ref SampleRandom draws, double tangent)
    {
        double sine = tangent * (2 * draws.Next() - 1), length = Math.Sqrt(1 + sine * sine);
        return new DemoDirection(1 / length, sine / length);
    }

    /// <summary>The coordinate of a point along this direction.</summary>
    public double Along(double x, double y) => Cos * x + Sin * y;

    /// <summary>The coordinate of a point across this direction.</summary>
    public double Across(double x, double y) => Cos * y - Sin * x;
}
