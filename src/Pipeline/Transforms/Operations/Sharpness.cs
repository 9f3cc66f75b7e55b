using StreamTrainer.Pipeline.Transforms.Operations.Kernels;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Blend with the smoothed image (<see cref="Smooth"/>); the border's pixels are kept.</summary>
internal sealed unsafe class Sharpness(string name, Magnitude magnitude) : PixelOperation(name, magnitude)
{
    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter)
    {
        canvas.Flush();
        if (canvas.Width < 3 || canvas.Height < 3)
        {
            return;
        }

        // Rows are changed in place, so the two above the one below are remembered as they were.
        int bytes = canvas.RowBytes, aligned = (bytes + 63) / 64 * 64;
        byte* above = canvas.Scratch(5L * aligned), current = above + aligned, smooth = current + aligned;
        var sums = (ushort*)(smooth + aligned);
        Buffer.MemoryCopy(canvas.Row(0), above, bytes, bytes);
        for (int y = 1; y < canvas.Height - 1; y++)
        {
            byte* row = canvas.Row(y);
            Buffer.MemoryCopy(row, current, bytes, bytes);
            Smooth.Row(canvas.Level, above, current, canvas.Row(y + 1), smooth, sums, bytes);
            Blend.Run(canvas.Level, smooth, current, row, bytes, (float)argument);
            byte* free = above;
            above = current;
            current = free;
        }
    }
}
