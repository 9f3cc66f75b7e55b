using static StreamTrainer.Pipeline.Decoding.Jpeg.IdctConstants;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// One number after the other: the reference for the vector code, and what runs where there is none. Where coefficients are far
/// out of the range that an encoder makes, 16-bit words wrap or are cut exactly where those of libjpeg-turbo's vector code are.
/// </summary>
internal sealed unsafe class ScalarKernels : PixelKernels
{
    // BT.601's factors, as 2^16 times the real ones, rounded.
    private const int RedCr = 91881, BlueCb = 116130, GreenCb = -22554, GreenCr = -46802, Half = 1 << 15;

    /// <inheritdoc/>
    public override VectorLevel Level => VectorLevel.Scalar;

    /// <inheritdoc/>
    public override void Transform(short* blocks, int count, short* steps, byte* target, int stride)
    {
        for (int i = 0; i < count; i++)
        {
            Block(blocks + (64 * i), steps, target + (8 * i), stride);
        }
    }

    /// <inheritdoc/>
    public override void Widen(byte* row, int count, byte* target)
    {
        for (int i = 0; i < count; i++)
        {
            target[2 * i] = (byte)(((3 * row[i]) + row[i - 1] + 1) >> 2);
            target[(2 * i) + 1] = (byte)(((3 * row[i]) + row[i + 1] + 2) >> 2);
        }
    }

    /// <inheritdoc/>
    public override void WidenBoth(byte* near, byte* far, int count, short* sums, byte* target)
    {
        for (int i = 0; i < count; i++)
        {
            int left = (3 * near[i - 1]) + far[i - 1], here = (3 * near[i]) + far[i], right = (3 * near[i + 1]) + far[i + 1];
            target[2 * i] = (byte)(((3 * here) + left + 8) >> 4);
            target[(2 * i) + 1] = (byte)(((3 * here) + right + 7) >> 4);
        }
    }

    /// <inheritdoc/>
    public override void Between(byte* near, byte* far, int bias, int count, byte* target)
    {
        for (int i = 0; i < count; i++)
        {
            target[i] = (byte)(((3 * near[i]) + far[i] + bias) >> 2);
        }
    }

    /// <inheritdoc/>
    public override void YCbCr(byte* y, byte* cb, byte* cr, int count, byte* rgb)
    {
        for (int i = 0; i < count; i++, rgb += 3)
        {
            int blue = cb[i] - 128, red = cr[i] - 128;
            rgb[0] = Cut(y[i] + (((RedCr * red) + Half) >> 16));
            rgb[1] = Cut(y[i] + (((GreenCb * blue) + (GreenCr * red) + Half) >> 16));
            rgb[2] = Cut(y[i] + (((BlueCb * blue) + Half) >> 16));
        }
    }

    /// <inheritdoc/>
    public override void Rgb(byte* red, byte* green, byte* blue, int count, byte* rgb)
    {
        for (int i = 0; i < count; i++, rgb += 3)
        {
            (rgb[0], rgb[1], rgb[2]) = (red[i], green[i], blue[i]);
        }
    }

    /// <summary>One block.</summary>
    public static void Block(short* block, short* steps, byte* target, int stride)
    {
        short* values = stackalloc short[64];
        int others = 0;
        for (int i = 0; i < 64; i++)
        {
            values[i] = (short)(block[i] * steps[i]);
            others |= i < 8 ? 0 : block[i];
        }

        for (int column = 0; column < 8; column++)
        {
            if (others == 0)
            {
                // Only row 0: the shift wraps where the sum below would be cut.
                short value = (short)(values[column] << 2);
                for (int row = 0; row < 8; row++)
                {
                    values[(8 * row) + column] = value;
                }
            }
            else
            {
                Line(values + column, 8, FirstShift);
            }
        }

        for (int row = 0; row < 8; row++, target += stride)
        {
            Line(values + (8 * row), 1, SecondShift);
            for (int column = 0; column < 8; column++)
            {
                target[column] = (byte)(Math.Clamp(values[(8 * row) + column], sbyte.MinValue, sbyte.MaxValue) + 128);
            }
        }
    }

    private static void Line(short* line, int step, int shift)
    {
        int i0 = line[0], i1 = line[step], i2 = line[2 * step], i3 = line[3 * step];
        int i4 = line[4 * step], i5 = line[5 * step], i6 = line[6 * step], i7 = line[7 * step];

        int t0 = (short)(i0 + i4) << Bits, t1 = (short)(i0 - i4) << Bits;
        int t2 = (i2 * Even2A) + (i6 * Even2B), t3 = (i2 * Even3A) + (i6 * Even3B);
        int even0 = t0 + t3, even1 = t1 + t2, even2 = t1 - t2, even3 = t0 - t3;

        int s73 = (short)(i7 + i3), s51 = (short)(i5 + i1);
        int z3 = (s73 * Odd3A) + (s51 * Odd3B), z4 = (s73 * Odd4A) + (s51 * Odd4B);
        int odd3 = (i7 * Odd0A) + (i1 * Odd0B) + z3, odd2 = (i5 * Odd5A) + (i3 * Odd5B) + z4;
        int odd1 = (i5 * Odd7A) + (i3 * Odd7B) + z3, odd0 = (i7 * Odd1A) + (i1 * Odd1B) + z4;

        int half = 1 << (shift - 1);
        line[0] = Word((even0 + odd0 + half) >> shift);
        line[step] = Word((even1 + odd1 + half) >> shift);
        line[2 * step] = Word((even2 + odd2 + half) >> shift);
        line[3 * step] = Word((even3 + odd3 + half) >> shift);
        line[4 * step] = Word((even3 - odd3 + half) >> shift);
        line[5 * step] = Word((even2 - odd2 + half) >> shift);
        line[6 * step] = Word((even1 - odd1 + half) >> shift);
        line[7 * step] = Word((even0 - odd0 + half) >> shift);
    }

    private static short Word(int value) => (short)Math.Clamp(value, short.MinValue, short.MaxValue);

    private static byte Cut(int value) => (byte)Math.Clamp(value, 0, 255);
}
