using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Demo;

/// <summary>A colour, 0 to 255 a channel.</summary>
internal readonly record struct DemoColor(double Red, double Green, double Blue)
{
    /// <summary>Any colour but the very dark and the very bright, so that shading cuts nothing off.</summary>
    public static DemoColor Draw(ref SampleRandom draws) =>
        new(20 + 215 * draws.Next(), 20 + 215 * draws.Next(), 20 + 215 * draws.Next());

    /// <summary>A colour at least <paramref name="distance"/> away from the others.</summary>
    public static DemoColor DrawApart(ref SampleRandom draws, double distance, params ReadOnlySpan<DemoColor> others)
    {
        while (true)
        {
            DemoColor color = Draw(ref draws);
            bool apart = true;
            foreach (DemoColor other in others)
            {
                apart &= color.Distance(other) >= distance;
            }

            if (apart)
            {
                return color;
            }
        }
    }

    /// <summary>This colour, covered by another to a share of 0 to 1.</summary>
    public DemoColor Under(DemoColor over, double share) => new(
        Red + (over.Red - Red) * share, Green + (over.Green - Green) * share, Blue + (over.Blue - Blue) * share);

    private double Distance(DemoColor other)
    {
        double red = Red - other.Red, green = Green - other.Green, blue = Blue - other.Blue;
        return Math.Sqrt(red * red + green * green + blue * blue);
    }
}
