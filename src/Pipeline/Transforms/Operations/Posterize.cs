namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Keeps the top bits. None: black; eight or more: no change.</summary>
internal sealed class Posterize(string name, Magnitude magnitude) : PixelOperation(name, magnitude)
{
    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter)
    {
        int bits = Math.Clamp((int)argument, 0, 8);
        Span<byte> table = stackalloc byte[256];
        for (int value = 0; value < table.Length; value++)
        {
            table[value] = (byte)(value & (0xFF00 >> bits));
        }

        canvas.Map(table);
    }
}
