using StreamTrainer.Pipeline.Transforms.Operations.Kernels;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>
/// Makes each channel's values equally frequent, as Pillow's <c>ImageOps.equalize</c>: step = (pixels - those of the largest value)
/// div 255; a value becomes (step div 2 + pixels below it) div step. A channel of one value, or with a step of 0, stays.
/// </summary>
internal sealed unsafe class Equalize() : PixelOperation("Equalize", null)
{
    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter)
    {
        canvas.Flush();
        var counts = (int*)canvas.Scratch(ChannelHistogram.Room * sizeof(int));
        ChannelHistogram.Of(canvas.Pixels, canvas.Count, counts);
        Span<byte> tables = stackalloc byte[3 * 256];
        for (int channel = 0; channel < 3; channel++)
        {
            Table(new ReadOnlySpan<int>(counts + 256 * channel, 256), canvas.Count, tables.Slice(256 * channel, 256));
        }

        canvas.MapEach(tables);
    }

    private static void Table(ReadOnlySpan<int> counts, int pixels, Span<byte> table)
    {
        int largest = counts.LastIndexOfAnyExcept(0);
        // Of one value alone all pixels are of the largest, so the step is 0 too.
        int step = (pixels - counts[largest]) / 255;
        long sum = step / 2;
        for (int value = 0; value < 256; value++)
        {
            // Above the largest value the quotient may be more than 255; no pixel asks.
            table[value] = step == 0 ? (byte)value : (byte)Math.Min(255, sum / step);
            sum += counts[value];
        }
    }
}
