using System.Numerics;

namespace StreamTrainer.Pipeline.Decoding;

/// <summary>Rows of whatever an image file holds to rows of 8-bit RGB, as Pillow's <c>convert("RGB")</c> makes them: alpha is
/// left away, not blended.</summary>
internal static unsafe class PixelFormats
{
    /// <summary>Grey, R = G = B.</summary>
    /// <param name="source">The first pixel.</param>
    /// <param name="step">Bytes from a pixel to the next.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="rgb">Where RGB goes.</param>
    public static void Grey(byte* source, int step, int count, byte* rgb)
    {
        for (int i = 0; i < count; i++, source += step, rgb += 3)
        {
            rgb[0] = rgb[1] = rgb[2] = *source;
        }
    }

    /// <summary>RGB with or without more bytes a pixel.</summary>
    /// <inheritdoc cref="Grey"/>
    public static void Rgb(byte* source, int step, int count, byte* rgb)
    {
        if (step == 3)
        {
            Buffer.MemoryCopy(source, rgb, 3L * count, 3L * count);
            return;
        }

        for (int i = 0; i < count; i++, source += step, rgb += 3)
        {
            rgb[0] = source[0];
            rgb[1] = source[1];
            rgb[2] = source[2];
        }
    }

    /// <summary>CMYK, 255 = full ink: Pillow's conversion, which knows no colour profiles.</summary>
    /// <inheritdoc cref="Grey"/>
    public static void Cmyk(byte* source, int step, int count, byte* rgb)
    {
        for (int i = 0; i < count; i++, source += step, rgb += 3)
        {
            int light = 255 - source[3];
            for (int channel = 0; channel < 3; channel++)
            {
                int scaled = source[channel] * light + 128;
                rgb[channel] = (byte)Math.Max(0, light - (((scaled >> 8) + scaled) >> 8));
            }
        }
    }

    /// <summary>The upper bytes of 16-bit values, in place of them: what Pillow makes of 16-bit colours.</summary>
    /// <param name="values">The values, in the machine's byte order.</param>
    /// <param name="count">How many.</param>
    public static void UpperBytes(ushort* values, long count)
    {
        var bytes = (byte*)values;
        for (long i = 0; i < count; i++)
        {
            bytes[i] = (byte)(values[i] >> 8);
        }
    }

    /// <summary>Values cut to 0 to 255, and to whole numbers, in place of them: what Pillow makes of one plane of more than 8 bits,
    /// however large its values are.</summary>
    /// <param name="values">The values, no smaller than bytes, in the machine's byte order.</param>
    /// <param name="count">How many.</param>
    public static void Cut<T>(T* values, long count) where T : unmanaged, INumber<T>
    {
        var bytes = (byte*)values;
        T most = T.CreateChecked(255);
        for (long i = 0; i < count; i++)
        {
            // What is no number is not greater than 0.
            bytes[i] = values[i] > T.Zero ? byte.CreateTruncating(T.Min(values[i], most)) : (byte)0;
        }
    }
}
