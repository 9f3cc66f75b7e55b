using StreamTrainer.Pipeline.Transforms.Operations.Kernels;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Blend with black: a table.</summary>
internal sealed class Brightness(string name, Magnitude magnitude) : PixelOperation(name, magnitude)
{
    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter)
    {
        Span<byte> table = stackalloc byte[256];
        for (int value = 0; value < table.Length; value++)
        {
            table[value] = Blend.One(0, value, (float)argument);
        }

        canvas.Map(table);
    }
}
