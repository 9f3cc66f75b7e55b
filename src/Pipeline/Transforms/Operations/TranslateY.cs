using StreamTrainer.Pipeline.Transforms.Operations.Kernels;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Moves the image up and down.</summary>
/// <param name="name">timm's name.</param>
/// <param name="magnitude">What a magnitude means.</param>
/// <param name="relative">The argument is a share of the height; else pixels.</param>
internal sealed class TranslateY(string name, Magnitude magnitude, bool relative) : PixelOperation(name, magnitude)
{
    /// <inheritdoc/>
    public override bool IsGeometric => true;

    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter) =>
        ColumnShift.Run(canvas, new AffineMap(1, 0, 0, 0, 1, relative ? argument * canvas.Height : argument), filter == Interpolation.Bicubic);
}
