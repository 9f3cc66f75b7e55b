using StreamTrainer.Pipeline.Transforms.Operations.Kernels;

namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>Stretches each channel to 0..255: i s - lo s, s = 255 / (hi - lo), in double, cut, clamped; a channel of one value stays.</summary>
internal sealed unsafe class AutoContrast() : PixelOperation("AutoContrast", null)
{
    /// <inheritdoc/>
    public override void Apply(PixelCanvas canvas, double argument, Interpolation filter)
    {
        canvas.Flush();
        byte* least = stackalloc byte[3], most = stackalloc byte[3];
        ChannelRange.Of(canvas.Level, canvas.Pixels, canvas.Count, least, most);
        Span<byte> tables = stackalloc byte[3 * 256];
        for (int channel = 0; channel < 3; channel++)
        {
            double scale = most[channel] > least[channel] ? 255.0 / (most[channel] - least[channel]) : 1.0;
            double offset = most[channel] > least[channel] ? -least[channel] * scale : 0.0;
            for (int value = 0; value < 256; value++)
            {
                tables[256 * channel + value] = (byte)Math.Clamp((int)(value * scale + offset), 0, 255);
            }
        }

        canvas.MapEach(tables);
    }
}
