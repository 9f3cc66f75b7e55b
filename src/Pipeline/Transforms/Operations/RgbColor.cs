namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>An 8-bit colour: what a geometric operation puts where the image ends.</summary>
public readonly record struct RgbColor(byte Red, byte Green, byte Blue)
{
    /// <summary>timm's fill: the mean of the data set, in 0..1, times 255, rounded half to even.</summary>
    /// <param name="mean">Three channels.</param>
    public static RgbColor OfMean(IReadOnlyList<double> mean)
    {
        ArgumentNullException.ThrowIfNull(mean);
        return new RgbColor(Level(mean[0]), Level(mean[1]), Level(mean[2]));

        static byte Level(double value) => (byte)Math.Min(255, Math.Round(255 * value, MidpointRounding.ToEven));
    }
}
