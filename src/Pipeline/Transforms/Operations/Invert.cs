namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>255 - v.</summary>
internal sealed class Invert() : PixelOperation("Invert", null)
{
    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter)
    {
        Span<byte> table = stackalloc byte[256];
        for (int value = 0; value < table.Length; value++)
        {
            table[value] = (byte)(255 - value);
        }

        canvas.Map(table);
    }
}
