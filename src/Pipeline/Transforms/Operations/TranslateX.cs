using StreamTrainer.Pipeline.Transforms.Operations.Kernels;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Moves the image left and right.</summary>
/// <param name="name">timm's name.</param>
/// <param name="magnitude">What a magnitude means.</param>
/// <param name="relative">The argument is a share of the width; else pixels.</param>
internal sealed class TranslateX(string name, Magnitude magnitude, bool relative) : PixelOperation(name, magnitude)
{
    /// <inheritdoc/>
    public override bool IsGeometric => true;

    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter) =>
        RowShift.Run(canvas, new AffineMap(1, 0, relative ? argument * canvas.Width : argument, 0, 1, 0), filter == Interpolation.Bicubic);
}
