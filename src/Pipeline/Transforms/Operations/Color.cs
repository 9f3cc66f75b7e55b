using StreamTrainer.Pipeline.Transforms.Operations.Kernels;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Blend with the image in grey: saturation.</summary>
internal sealed unsafe class Color(string name, Magnitude magnitude) : PixelOperation(name, magnitude)
{
    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter)
    {
        canvas.Flush();
        byte* grey = canvas.Scratch(canvas.Width + canvas.RowBytes);
        byte* tripled = grey + canvas.Width;
        for (int y = 0; y < canvas.Height; y++)
        {
            byte* row = canvas.Row(y);
            Luma.Row(canvas.Level, row, grey, canvas.Width);
            Luma.Triple(canvas.Level, grey, tripled, canvas.Width);
            Blend.Run(canvas.Level, tripled, row, row, canvas.RowBytes, (float)argument);
        }
    }
}
