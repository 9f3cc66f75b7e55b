using StreamTrainer.Pipeline.Transforms.Operations.Kernels;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Blend with the image in grey: saturation.</summary>
internal sealed unsafe class Color(string name, Magnitude magnitude) : PixelOperation(name, magnitude)
{
    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter)
    {
        canvas.Flush();
        byte* grey = canvas.Scratch(4 * Luma.Piece), tripled = grey + Luma.Piece;
        for (int at = 0; at < canvas.Count; at += Luma.Piece)
        {
            int pixels = Math.Min(Luma.Piece, canvas.Count - at);
            byte* rgb = canvas.Pixels + 3L * at;
            Luma.Row(canvas.Level, rgb, grey, pixels);
            Luma.Triple(canvas.Level, grey, tripled, pixels);
            Blend.Run(canvas.Level, tripled, rgb, rgb, 3 * pixels, (float)argument);
        }
    }
}
