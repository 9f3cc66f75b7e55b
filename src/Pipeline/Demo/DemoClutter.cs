using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Demo;

/// <summary>A plain bar or blob behind the object: has edges and colours of its own, but belongs to no class.</summary>
internal readonly record struct DemoClutter(
    double X, double Y, DemoDirection Direction, double HalfLength, double HalfWidth, DemoColor Color)
{
    /// <summary>One piece, anywhere in the image.</summary>
    public static DemoClutter Draw(ref SampleRandom draws, ImageSize size)
    {
        double side = Math.Min(size.Width, size.Height);
        return new DemoClutter(
            size.Width * draws.Next(), size.Height * draws.Next(), DemoDirection.Draw(ref draws),
            side * (0.04 + 0.26 * draws.Next()), side * (0.015 + 0.05 * draws.Next()), DemoColor.Draw(ref draws, 15, 125));
    }

    /// <summary>How much of the pixel it covers, 0 to 1.</summary>
    public double Coverage(double x, double y)
    {
        double along = Math.Abs(Direction.Along(x - X, y - Y)) - HalfLength;
        double across = Math.Abs(Direction.Across(x - X, y - Y)) - HalfWidth;
        return Math.Clamp(0.5 - Math.Max(along, across), 0, 1);
    }
}
