using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Demo;

/// <summary>A colour, 0 to 255 a channel.</summary>
internal readonly record struct DemoColor(double Red, double Green, double Blue)
{
    /// <summary>Any colour of a brightness (ITU-R BT.601 luma) between two bounds.</summary>
    public static DemoColor Draw(ref SampleRandom draws, double darkest, double brightest)
    {
        while (true)
        {
            var color = new DemoColor(255 * draws.Next(), 255 * draws.Next(), 255 * draws.Next());
            double luma = 0.299 * color.Red + 0.587 * color.Green + 0.114 * color.Blue;
            if (luma >= darkest && luma <= brightest)
            {
                return color;
            }
        }
    }

    /// <summary>This colour, covered by another to a share of 0 to 1.</summary>
    public DemoColor Under(DemoColor over, double share) => new(
        Red + (over.Red - Red) * share, Green + (over.Green - Green) * share, Blue + (over.Blue - Blue) * share);
}
