using StreamTrainer.Pipeline.Transforms.Operations.Kernels;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Slants the image sideways: each row moves right or left by its distance from the top.</summary>
internal sealed class ShearX() : PixelOperation("ShearX", Magnitude.Shear)
{
    /// <inheritdoc/>
    public override bool IsGeometric => true;

    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter) =>
        RowShift.Run(canvas, new AffineMap(1, argument, 0, 0, 1, 0), filter == Interpolation.Bicubic);
}
