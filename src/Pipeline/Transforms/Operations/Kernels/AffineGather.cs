using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>
/// Any affine map: reads a copy of the image with its edges repeated. A row's coordinates are computed first, many pixels at once;
/// then each pixel takes its taps, all channels and rows at once (<see cref="GatherPixels"/>).
/// </summary>
internal static unsafe class AffineGather
{
    /// <summary>Pixels behind a row for which coordinates are computed too: vectors are not cut.</summary>
    private const int Spare = 8;

    /// <summary>Moves the canvas' pixels.</summary>
    /// <param name="canvas">The image; flushed here.</param>
    /// <param name="map">Any.</param>
    /// <param name="bicubic">Bicubic; else bilinear.</param>
    public static void Run(PixelCanvas canvas, in AffineMap map, bool bicubic)
    {
        canvas.Flush();
        int width = canvas.Width, height = canvas.Height, coordinates = (width + 2 * Spare) / Spare * Spare;
        long stride = 3L * (width + 2 * AffineReference.Border);
        byte* memory = canvas.Scratch(coordinates * 20L + canvas.RowBytes + stride * (height + 2 * AffineReference.Border) + Vector128<byte>.Count);
        var taps = new GatherTaps((double*)memory, (double*)memory + coordinates, (int*)((double*)memory + 2 * coordinates));
        byte* fill = memory + 20L * coordinates, copy = fill + canvas.RowBytes + Vector128<byte>.Count;
        EdgeCopy.Fill(fill, width, canvas.Fill);
        for (int y = -AffineReference.Border; y < height + AffineReference.Border; y++)
        {
            EdgeCopy.Row(canvas.Row(Math.Clamp(y, 0, height - 1)), copy + (y + AffineReference.Border) * stride, width);
        }

        byte* origin = copy + AffineReference.Border * (stride + 3);
        for (int y = 0; y < height; y++)
        {
            byte* row = canvas.Row(y);
            (int from, int to) = map.Inside(y, width, height);
            switch (canvas.Level)
            {
                case VectorLevel.Vector512:
                    Coordinates<Lanes512, Vector512<double>>(map, y, from, to, stride, taps);
                    break;
                case VectorLevel.Vector256:
                    Coordinates<Lanes256, Vector256<double>>(map, y, from, to, stride, taps);
                    break;
                case VectorLevel.Vector128:
                    Coordinates<Lanes128, Vector128<double>>(map, y, from, to, stride, taps);
                    break;
                default:
                    Coordinates(map, y, from, to, stride, taps);
                    break;
            }

            GatherPixels.Row(canvas.Level, origin, stride, taps, row, from, to, width, bicubic);
            Unsafe.CopyBlockUnaligned(row, fill, (uint)(3 * from));
            Unsafe.CopyBlockUnaligned(row + 3 * to, fill, (uint)(3 * (width - to)));
        }
    }

    private static void Coordinates(in AffineMap map, int y, int from, int to, long stride, in GatherTaps taps)
    {
        for (int x = from; x < to; x++)
        {
            double column = map.X(x, y) - 0.5, row = map.Y(x, y) - 0.5;
            double left = Math.Floor(column), top = Math.Floor(row);
            taps.Dx[x] = column - left;
            taps.Dy[x] = row - top;
            taps.Offsets[x] = (int)(top * stride + 3 * left);
        }
    }

    private static void Coordinates<TLanes, TVector>(in AffineMap map, int y, int from, int to, long stride, in GatherTaps taps)
        where TLanes : IDoubleLanes<TVector>
        where TVector : struct
    {
        double* numbers = stackalloc double[TLanes.Doubles];
        for (int lane = 0; lane < TLanes.Doubles; lane++)
        {
            numbers[lane] = lane + 0.5;
        }

        TVector lanes = TLanes.LoadDoubles(numbers), half = TLanes.AllDoubles(0.5);
        TVector a = TLanes.AllDoubles(map.A), b = TLanes.AllDoubles(map.B * (y + 0.5)), c = TLanes.AllDoubles(map.C);
        TVector d = TLanes.AllDoubles(map.D), e = TLanes.AllDoubles(map.E * (y + 0.5)), f = TLanes.AllDoubles(map.F);
        for (int x = from; x < to; x += TLanes.Doubles)
        {
            TVector centre = TLanes.AddDoubles(TLanes.AllDoubles(x), lanes);
            TVector column = TLanes.SubtractDoubles(TLanes.AddDoubles(TLanes.AddDoubles(TLanes.MultiplyDoubles(a, centre), b), c), half);
            TVector row = TLanes.SubtractDoubles(TLanes.AddDoubles(TLanes.AddDoubles(TLanes.MultiplyDoubles(d, centre), e), f), half);
            TVector left = TLanes.FloorDoubles(column), top = TLanes.FloorDoubles(row);
            TLanes.StoreDoubles(TLanes.SubtractDoubles(column, left), taps.Dx + x);
            TLanes.StoreDoubles(TLanes.SubtractDoubles(row, top), taps.Dy + x);
            // Products of whole numbers below 2^31: exact.
            TVector offset = TLanes.AddDoubles(TLanes.MultiplyDoubles(top, TLanes.AllDoubles(stride)), TLanes.MultiplyDoubles(left, TLanes.AllDoubles(3)));
            TLanes.StoreDoublesAsInts(offset, taps.Offsets + x);
        }
    }
}
