using StreamTrainer.Pipeline.Transforms.Operations.Kernels;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Blend with the image's mean grey, rounded half up: the same grey everywhere, so a table.</summary>
internal sealed unsafe class Contrast(string name, Magnitude magnitude) : PixelOperation(name, magnitude)
{
    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter)
    {
        canvas.Flush();
        byte* grey = canvas.Scratch(Luma.Piece);
        long sum = 0;
        for (int at = 0; at < canvas.Count; at += Luma.Piece)
        {
            int pixels = Math.Min(Luma.Piece, canvas.Count - at);
            Luma.Row(canvas.Level, canvas.Pixels + 3L * at, grey, pixels);
            sum += Luma.Sum(canvas.Level, grey, pixels);
        }

        int mean = (int)((double)sum / canvas.Count + 0.5);
        Span<byte> table = stackalloc byte[256];
        for (int value = 0; value < table.Length; value++)
        {
            table[value] = Blend.One(mean, value, (float)argument);
        }

        canvas.Map(table);
    }
}
