using System.Globalization;
using StreamTrainer.Pipeline.Transforms.Operations.Kernels;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Turns the image about its centre, counter-clockwise, by degrees (Pillow's <c>Image.rotate</c>).</summary>
internal sealed class Rotate() : PixelOperation("Rotate", Magnitude.Rotate)
{
    /// <inheritdoc/>
    public override bool IsGeometric => true;

    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter)
    {
        // Python's modulo: never negative.
        double degrees = argument % 360.0;
        degrees = degrees < 0 ? degrees + 360.0 : degrees;
        if (degrees != 0)
        {
            AffineGather.Run(canvas, Map(degrees, canvas.Width, canvas.Height), filter == Interpolation.Bicubic);
        }
    }

    private static AffineMap Map(double degrees, int width, int height)
    {
        double angle = -(degrees * (Math.PI / 180.0));
        double a = Rounded(Math.Cos(angle)), b = Rounded(Math.Sin(angle)), d = Rounded(-Math.Sin(angle)), e = a;
        double centreX = width / 2.0, centreY = height / 2.0;
        return new AffineMap(a, b, a * -centreX + b * -centreY + 0.0 + centreX, d, e, d * -centreX + e * -centreY + 0.0 + centreY);
    }

    /// <summary>Rounded to 15 decimals of the number's exact value, as Python's <c>round</c>; <see cref="Math.Round(double, int)"/>
    /// scales by a power of ten first, which itself rounds.</summary>
    private static double Rounded(double value)
    {
        Span<char> text = stackalloc char[32];
        value.TryFormat(text, out int length, "F15", CultureInfo.InvariantCulture);
        return double.Parse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
