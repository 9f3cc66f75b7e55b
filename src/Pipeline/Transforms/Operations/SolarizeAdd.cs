namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Adds to what is darker than 128, up to 255.</summary>
internal sealed class SolarizeAdd() : PixelOperation("SolarizeAdd", Magnitude.SolarizeAdd)
{
    private const int Threshold = 128;

    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter)
    {
        Span<byte> table = stackalloc byte[256];
        for (int value = 0; value < table.Length; value++)
        {
            table[value] = (byte)(value < Threshold ? Math.Min(255, value + (int)argument) : value);
        }

        canvas.Map(table);
    }
}
