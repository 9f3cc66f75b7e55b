using StreamTrainer.Pipeline.Transforms.Operations.Kernels;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Slants the image upwards or downwards: each column moves by its distance from the left.</summary>
internal sealed class ShearY() : PixelOperation("ShearY", Magnitude.Shear)
{
    /// <inheritdoc/>
    public override bool IsGeometric => true;

    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter) =>
        ColumnShift.Run(canvas, new AffineMap(1, 0, 0, argument, 1, 0), filter == Interpolation.Bicubic);
}
