namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Inverts what is as bright as the threshold or brighter; from 256 on: no change.</summary>
internal sealed class Solarize(string name, Magnitude magnitude) : PixelOperation(name, magnitude)
{
    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter)
    {
        Span<byte> table = stackalloc byte[256];
        for (int value = 0; value < table.Length; value++)
        {
            table[value] = (byte)(value < argument ? value : 255 - value);
        }

        canvas.Map(table);
    }
}
