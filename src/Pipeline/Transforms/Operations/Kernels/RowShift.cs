using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>
/// An affine map that moves pixels within their rows (x' = x + b y + c, y' = y): each row reads itself alone, contiguously, a whole
/// number of pixels further on. The fraction is not quite the same all along a row (sums round), so it is computed for each pixel,
/// as Pillow does.
/// </summary>
internal static unsafe class RowShift
{
    /// <summary>How near to a whole number a row's fraction may be before its pixels are looked at one by one: far more than sums of
    /// numbers below 2^16 can round.</summary>
    private const double Near = 1e-9;

    /// <summary>Moves the canvas' pixels.</summary>
    /// <param name="canvas">The image; flushed here.</param>
    /// <param name="map">A map with a = e = 1, d = f = 0.</param>
    /// <param name="bicubic">Bicubic; else bilinear.</param>
    public static void Run(PixelCanvas canvas, in AffineMap map, bool bicubic)
    {
        canvas.Flush();
        int width = canvas.Width;
        long padded = 3L * (width + 2 * AffineReference.Border);
        byte* source = canvas.Scratch(padded + canvas.RowBytes);
        byte* fill = source + padded;
        EdgeCopy.Fill(fill, width, canvas.Fill);
        int? offset = null;
        int from = 0, to = 0;
        for (int y = 0; y < canvas.Height; y++)
        {
            byte* row = canvas.Row(y);
            EdgeCopy.Row(row, source, width);
            // Where rows do not differ what holds for the first holds for all.
            if (y == 0 || map.B != 0)
            {
                (from, to) = map.Inside(y, width, canvas.Height);
                offset = canvas.Level > VectorLevel.Scalar && from < to ? Offset(map, y, from, to) : null;
            }

            Row(canvas.Level, source + 3 * AffineReference.Border, row, map, y, from, to, offset, bicubic);
            Unsafe.CopyBlockUnaligned(row, fill, (uint)(3 * from));
            Unsafe.CopyBlockUnaligned(row + 3 * to, fill, (uint)(3 * (width - to)));
        }
    }

    private static void Row(VectorLevel level, byte* source, byte* row, in AffineMap map, int y, int from, int to, int? offset, bool bicubic)
    {
        int done = from;
        if (offset is { } whole)
        {
            byte* centre = source + 3 * (from + whole), target = row + 3 * from;
            double b = map.B * (y + 0.5);
            done += level switch
            {
                VectorLevel.Vector512 => Vectors<Lanes512, Vector512<double>>(centre, target, from, to - from, b, map.C, bicubic),
                VectorLevel.Vector256 => Vectors<Lanes256, Vector256<double>>(centre, target, from, to - from, b, map.C, bicubic),
                _ => Vectors<Lanes128, Vector128<double>>(centre, target, from, to - from, b, map.C, bicubic),
            };
        }

        for (; done < to; done++)
        {
            double x = map.X(done, y) - 0.5, floor = Math.Floor(x);
            AffineReference.Pixel(source + 3 * (int)floor, 0, x - floor, 0, bicubic, row + 3 * done);
        }
    }

    /// <summary>By how many whole pixels the row moves; none where that is not the same for all.</summary>
    private static int? Offset(in AffineMap map, int y, int from, int to)
    {
        double first = map.X(from, y) - 0.5, floor = Math.Floor(first);
        int offset = (int)floor - from;
        if (first - floor is > Near and < 1 - Near)
        {
            return offset;
        }

        for (int x = from + 1; x < to; x++)
        {
            if (Math.Floor(map.X(x, y) - 0.5) != x + offset)
            {
                return null;
            }
        }

        return offset;
    }

    private static int Vectors<TLanes, TVector>(byte* centre, byte* target, int from, int count, double b, double c, bool bicubic)
        where TLanes : IDoubleLanes<TVector>
        where TVector : struct
    {
        int lanes = TLanes.Doubles;
        if (count < lanes)
        {
            return 0;
        }

        TVector shift = TLanes.AllDoubles(b), constant = TLanes.AllDoubles(c);
        TVector pixels0 = TLanes.LoadDoubles(PixelThirds.Pixels);
        TVector pixels1 = TLanes.LoadDoubles(PixelThirds.Pixels + lanes);
        TVector pixels2 = TLanes.LoadDoubles(PixelThirds.Pixels + 2 * lanes);
        for (int i = 0; i < count; i += lanes)
        {
            // The last vectors overlap the ones before: the same pixels are made again.
            int at = Math.Min(i, count - lanes);
            TVector first = TLanes.AllDoubles(from + at + 0.5);
            Third<TLanes, TVector>(centre + 3 * at, target + 3 * at, TLanes.AddDoubles(first, pixels0), shift, constant, bicubic);
            Third<TLanes, TVector>(centre + 3 * at + lanes, target + 3 * at + lanes, TLanes.AddDoubles(first, pixels1), shift, constant, bicubic);
            Third<TLanes, TVector>(centre + 3 * at + 2 * lanes, target + 3 * at + 2 * lanes, TLanes.AddDoubles(first, pixels2), shift, constant, bicubic);
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Third<TLanes, TVector>(byte* centre, byte* target, TVector column, TVector shift, TVector constant, bool bicubic)
        where TLanes : IDoubleLanes<TVector>
        where TVector : struct
    {
        TVector x = TLanes.SubtractDoubles(TLanes.AddDoubles(TLanes.AddDoubles(column, shift), constant), TLanes.AllDoubles(0.5));
        TVector fraction = TLanes.SubtractDoubles(x, TLanes.FloorDoubles(x));
        TVector here = TLanes.DoublesOfBytes(centre), next = TLanes.DoublesOfBytes(centre + 3);
        TVector value = bicubic
            ? CubicLanes.Cubic<TLanes, TVector>(TLanes.DoublesOfBytes(centre - 3), here, next, TLanes.DoublesOfBytes(centre + 6), fraction)
            : CubicLanes.Linear<TLanes, TVector>(here, next, fraction);
        TLanes.StoreDoublesAsBytes(value, target);
    }
}
