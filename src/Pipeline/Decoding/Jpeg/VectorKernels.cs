using System.Runtime.CompilerServices;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>The kernels in vectors of a width; <see cref="ScalarKernels"/> says what they do.</summary>
/// <param name="level">The width.</param>
internal sealed unsafe class VectorKernels<TLanes, TVector>(VectorLevel level) : PixelKernels
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <inheritdoc/>
    public override VectorLevel Level => level;

    /// <inheritdoc/>
    public override void Transform(short* blocks, int count, short* steps, byte* target, int stride)
    {
        int lanes = TLanes.Words / 8;
        for (int i = 0; i < count; i += lanes)
        {
            // The last group overlaps the one before it: the same samples are made again.
            int at = Math.Max(0, Math.Min(i, count - lanes));
            short* group = blocks + (64L * at);
            if (!VectorIdct<TLanes, TVector>.Group(group, steps, target + (8 * at), stride))
            {
                for (int block = 0; block < lanes; block++)
                {
                    ScalarKernels.Block(group + (64 * block), steps, target + (8 * (at + block)), stride);
                }
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Widen(byte* row, int count, byte* target)
    {
        TVector one = TLanes.Create(1), two = TLanes.Create(2);
        for (int i = 0; i < count; i += TLanes.Words)
        {
            TVector here = TLanes.LoadBytes(row + i);
            TVector three = TLanes.Add(TLanes.Add(here, here), here);
            TVector even = TLanes.ShiftRight(TLanes.Add(three, TLanes.Add(TLanes.LoadBytes(row + i - 1), one)), 2);
            TVector odd = TLanes.ShiftRight(TLanes.Add(three, TLanes.Add(TLanes.LoadBytes(row + i + 1), two)), 2);
            TLanes.Store(TLanes.Or(even, TLanes.ShiftLeft(odd, 8)), (short*)(target + (2 * i)));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void WidenBoth(byte* near, byte* far, int count, short* sums, byte* target)
    {
        for (int i = -1; i < count + 1; i += TLanes.Words)
        {
            TVector row = TLanes.LoadBytes(near + i);
            TLanes.Store(TLanes.Add(TLanes.Add(TLanes.Add(row, row), row), TLanes.LoadBytes(far + i)), sums + i + 1);
        }

        TVector seven = TLanes.Create(7), eight = TLanes.Create(8);
        for (int i = 0; i < count; i += TLanes.Words)
        {
            TVector here = TLanes.Load(sums + i + 1);
            TVector three = TLanes.Add(TLanes.Add(here, here), here);
            TVector even = TLanes.ShiftRight(TLanes.Add(three, TLanes.Add(TLanes.Load(sums + i), eight)), 4);
            TVector odd = TLanes.ShiftRight(TLanes.Add(three, TLanes.Add(TLanes.Load(sums + i + 2), seven)), 4);
            TLanes.Store(TLanes.Or(even, TLanes.ShiftLeft(odd, 8)), (short*)(target + (2 * i)));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Between(byte* near, byte* far, int bias, int count, byte* target)
    {
        TVector half = TLanes.Create((short)bias);
        for (int i = 0; i < count; i += TLanes.Words)
        {
            TVector row = TLanes.LoadBytes(near + i);
            TVector sum = TLanes.Add(TLanes.Add(TLanes.Add(row, row), row), TLanes.Add(TLanes.LoadBytes(far + i), half));
            TLanes.StoreBytes(TLanes.ShiftRight(sum, 2), target + i);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void YCbCr(byte* y, byte* cb, byte* cr, int count, byte* rgb)
    {
        // Factors as 2^15 times what is left of them after a whole number: 1 for red, 2 for blue. Green's for Cr is 1 too small, so
        // that both fit in a word, and made good by a subtraction. For all 256 values of a sample these are ScalarKernels' results.
        TVector zero = TLanes.Create(128), red = TLanes.Create(13173), blue = TLanes.Create(-7471);
        TVector green = TLanes.Create32(unchecked((ushort)-22554 | (65536 - 46802) << 16)), half = TLanes.Create32(1 << 15);
        for (int i = 0; i < count; i += TLanes.Words)
        {
            TVector light = TLanes.LoadBytes(y + i);
            TVector b = TLanes.Subtract(TLanes.LoadBytes(cb + i), zero), r = TLanes.Subtract(TLanes.LoadBytes(cr + i), zero);
            TVector low = TLanes.ShiftRight32(TLanes.Add32(TLanes.MultiplyAdd(TLanes.Low16(b, r), green), half), 16);
            TVector high = TLanes.ShiftRight32(TLanes.Add32(TLanes.MultiplyAdd(TLanes.High16(b, r), green), half), 16);
            TLanes.StoreRgb(
                TLanes.Add(TLanes.Add(light, r), TLanes.MultiplyRounded(r, red)),
                TLanes.Add(light, TLanes.Subtract(TLanes.Pack32(low, high), r)),
                TLanes.Add(TLanes.Add(light, TLanes.Add(b, b)), TLanes.MultiplyRounded(b, blue)),
                rgb + (3L * i));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Rgb(byte* red, byte* green, byte* blue, int count, byte* rgb)
    {
        for (int i = 0; i < count; i += TLanes.Words)
        {
            TLanes.StoreRgb(TLanes.LoadBytes(red + i), TLanes.LoadBytes(green + i), TLanes.LoadBytes(blue + i), rgb + (3L * i));
        }
    }
}
