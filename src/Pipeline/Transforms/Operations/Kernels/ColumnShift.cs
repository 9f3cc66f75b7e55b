using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>
/// An affine map that moves pixels within their columns (x' = x, y' = d x + y + f). Each column moves by a whole number of rows and a
/// fraction. First the whole rows: a copy of the image whose columns are moved, neighbours together where they move as far; then
/// every output row reads rows of that copy, contiguously.
/// </summary>
internal static unsafe class ColumnShift
{
    /// <summary>Rows of the copy above and below the image: two for bicubic, one more for columns whose floor is not always the same.</summary>
    private const int Border = 3;

    /// <summary>See <see cref="RowShift"/>.</summary>
    private const double Near = 1e-9;

    /// <summary>Bytes that are copied at once; behind a run of columns that much is overwritten, then written again.</summary>
    private const int Chunk = 16;

    /// <summary>Moves the canvas' pixels.</summary>
    /// <param name="canvas">The image; flushed here.</param>
    /// <param name="map">A map with a = e = 1, b = c = 0.</param>
    /// <param name="bicubic">Bicubic; else bilinear.</param>
    public static void Run(PixelCanvas canvas, in AffineMap map, bool bicubic)
    {
        canvas.Flush();
        int width = canvas.Width, height = canvas.Height, rowBytes = canvas.RowBytes;
        long copyBytes = (height + 2L * Border) * rowBytes + 2 * Chunk;
        long columns = (width + 15L) / 16 * 16;
        byte* memory = canvas.Scratch(4 * columns + columns + rowBytes + copyBytes);
        var offsets = (int*)memory;
        byte* odd = memory + 4 * columns, fill = odd + columns, copy = fill + rowBytes + Chunk;
        EdgeCopy.Fill(fill, width, canvas.Fill);
        bool anyOdd = Offsets(map, width, height, offsets, odd);
        Copy(canvas, offsets, copy);
        copy += (long)Border * rowBytes;
        for (int y = 0; y < height; y++)
        {
            byte* row = canvas.Row(y), source = copy + (long)y * rowBytes;
            (int from, int to) = map.Inside(y, width, height);
            int done = from;
            if (from < to)
            {
                double centre = y + 0.5;
                done += canvas.Level switch
                {
                    VectorLevel.Vector512 => Vectors<Lanes512, Vector512<double>>(source, rowBytes, row, from, to - from, map.D, centre, map.F, bicubic),
                    VectorLevel.Vector256 => Vectors<Lanes256, Vector256<double>>(source, rowBytes, row, from, to - from, map.D, centre, map.F, bicubic),
                    VectorLevel.Vector128 => Vectors<Lanes128, Vector128<double>>(source, rowBytes, row, from, to - from, map.D, centre, map.F, bicubic),
                    _ => 0,
                };
            }

            // Where vectors did the row, the odd columns are still to be made, in the others what they left.
            for (int x = anyOdd ? from : done; x < to; x++)
            {
                if (x >= done || odd[x] != 0)
                {
                    double at = map.Y(x, y) - 0.5, floor = Math.Floor(at);
                    byte* centre = source + ((long)floor - (y + offsets[x])) * rowBytes + 3 * x;
                    AffineReference.Pixel(centre, rowBytes, 0, at - floor, bicubic, row + 3 * x);
                }
            }

            Unsafe.CopyBlockUnaligned(row, fill, (uint)(3 * from));
            Unsafe.CopyBlockUnaligned(row + 3 * to, fill, (uint)(3 * (width - to)));
        }
    }

    /// <summary>By how many rows each column moves, and which do not move as far everywhere, by rounding.</summary>
    private static bool Offsets(in AffineMap map, int width, int height, int* offsets, byte* odd)
    {
        bool any = false;
        for (int x = 0; x < width; x++)
        {
            if (x > 0 && map.D == 0)
            {
                (offsets[x], odd[x]) = (offsets[0], odd[0]);
                continue;
            }

            double first = map.Y(x, 0) - 0.5, floor = Math.Floor(first);
            offsets[x] = (int)floor;
            odd[x] = 0;
            if (first - floor is > Near and < 1 - Near)
            {
                continue;
            }

            for (int y = 1; y < height && odd[x] == 0; y++)
            {
                odd[x] = Math.Floor(map.Y(x, y) - 0.5) != y + offsets[x] ? (byte)1 : (byte)0;
            }

            any |= odd[x] != 0;
        }

        return any;
    }

    /// <summary>Row r of the copy is, in column x, row r + offset(x) of the image, the edge rows repeated.</summary>
    private static void Copy(PixelCanvas canvas, int* offsets, byte* copy)
    {
        int width = canvas.Width, last = canvas.Height - 1, rowBytes = canvas.RowBytes;
        byte* end = canvas.Pixels + (long)canvas.Height * rowBytes;
        for (int y = -Border; y <= last + Border; y++, copy += rowBytes)
        {
            for (int from = 0, to; from < width; from = to)
            {
                int offset = offsets[from];
                for (to = from + 1; to < width && offsets[to] == offset; to++)
                {
                }

                byte* source = canvas.Row(Math.Clamp(y + offset, 0, last)) + 3 * from, target = copy + 3 * from;
                int bytes = 3 * (to - from), i = 0;
                for (; i < bytes && source + i + Chunk <= end; i += Chunk)
                {
                    Vector128.Load(source + i).Store(target + i);
                }

                for (; i < bytes; i++)
                {
                    target[i] = source[i];
                }
            }
        }
    }

    private static int Vectors<TLanes, TVector>(
        byte* source, long stride, byte* row, int from, int count, double slope, double centre, double constant, bool bicubic)
        where TLanes : IDoubleLanes<TVector>
        where TVector : struct
    {
        int lanes = TLanes.Doubles;
        if (count < lanes)
        {
            return 0;
        }

        TVector slopes = TLanes.AllDoubles(slope), centres = TLanes.AllDoubles(centre), constants = TLanes.AllDoubles(constant);
        TVector pixels0 = TLanes.LoadDoubles(PixelThirds.Pixels);
        TVector pixels1 = TLanes.LoadDoubles(PixelThirds.Pixels + lanes);
        TVector pixels2 = TLanes.LoadDoubles(PixelThirds.Pixels + 2 * lanes);
        if (slope == 0)
        {
            // All columns are alike.
            TVector fraction = Fraction<TLanes, TVector>(pixels0, slopes, centres, constants);
            int bytes = 3 * count;
            for (int i = 0; i < bytes; i += lanes)
            {
                int at = 3 * from + Math.Min(i, bytes - lanes);
                Interpolate<TLanes, TVector>(source + at, stride, row + at, fraction, bicubic);
            }

            return count;
        }

        for (int i = 0; i < count; i += lanes)
        {
            int at = from + Math.Min(i, count - lanes);
            TVector first = TLanes.AllDoubles(at + 0.5);
            byte* taps = source + 3 * at, target = row + 3 * at;
            TVector fraction = Fraction<TLanes, TVector>(TLanes.AddDoubles(first, pixels0), slopes, centres, constants);
            Interpolate<TLanes, TVector>(taps, stride, target, fraction, bicubic);
            fraction = Fraction<TLanes, TVector>(TLanes.AddDoubles(first, pixels1), slopes, centres, constants);
            Interpolate<TLanes, TVector>(taps + lanes, stride, target + lanes, fraction, bicubic);
            fraction = Fraction<TLanes, TVector>(TLanes.AddDoubles(first, pixels2), slopes, centres, constants);
            Interpolate<TLanes, TVector>(taps + 2 * lanes, stride, target + 2 * lanes, fraction, bicubic);
        }

        return count;
    }

    /// <summary>The source row less its floor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Fraction<TLanes, TVector>(TVector column, TVector slope, TVector centre, TVector constant)
        where TLanes : IDoubleLanes<TVector>
        where TVector : struct
    {
        TVector y = TLanes.AddDoubles(TLanes.AddDoubles(TLanes.MultiplyDoubles(slope, column), centre), constant);
        y = TLanes.SubtractDoubles(y, TLanes.AllDoubles(0.5));
        return TLanes.SubtractDoubles(y, TLanes.FloorDoubles(y));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interpolate<TLanes, TVector>(byte* taps, long stride, byte* target, TVector fraction, bool bicubic)
        where TLanes : IDoubleLanes<TVector>
        where TVector : struct
    {
        TVector here = TLanes.DoublesOfBytes(taps), next = TLanes.DoublesOfBytes(taps + stride);
        TVector value = bicubic
            ? CubicLanes.Cubic<TLanes, TVector>(TLanes.DoublesOfBytes(taps - stride), here, next, TLanes.DoublesOfBytes(taps + 2 * stride), fraction)
            : CubicLanes.Linear<TLanes, TVector>(here, next, fraction);
        TLanes.StoreDoublesAsBytes(value, target);
    }
}
