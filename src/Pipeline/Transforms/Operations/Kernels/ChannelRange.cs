using System.Runtime.Intrinsics;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>Smallest and largest value of each channel of packed RGB.</summary>
internal static unsafe class ChannelRange
{
    /// <summary>Finds them.</summary>
    /// <param name="level">How wide.</param>
    /// <param name="rgb">The pixels.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="least">Gets three values, from 255 down.</param>
    /// <param name="most">Gets three values, from 0 up.</param>
    public static void Of(VectorLevel level, byte* rgb, int pixels, byte* least, byte* most)
    {
        least[0] = least[1] = least[2] = 255;
        most[0] = most[1] = most[2] = 0;
        int done = level switch
        {
            VectorLevel.Vector512 => Vectors<Lanes512, Vector512<byte>>(rgb, pixels, least, most),
            VectorLevel.Vector256 => Vectors<Lanes256, Vector256<byte>>(rgb, pixels, least, most),
            VectorLevel.Vector128 => Vectors<Lanes128, Vector128<byte>>(rgb, pixels, least, most),
            _ => 0,
        };
        Scalar(rgb + 3 * done, pixels - done, least, most);
    }

    private static void Scalar(byte* rgb, int pixels, byte* least, byte* most)
    {
        for (int i = 0; i < pixels; i++, rgb += 3)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                least[channel] = Math.Min(least[channel], rgb[channel]);
                most[channel] = Math.Max(most[channel], rgb[channel]);
            }
        }
    }

    /// <summary>Three vectors hold whole pixels, so a lane always meets the same channel.</summary>
    private static int Vectors<TLanes, TVector>(byte* rgb, int pixels, byte* least, byte* most)
        where TLanes : IByteLanes<TVector>
        where TVector : struct
    {
        int width = TLanes.Bytes;
        if (pixels < width)
        {
            return 0;
        }

        TVector low0 = TLanes.Load(rgb), low1 = TLanes.Load(rgb + width), low2 = TLanes.Load(rgb + 2 * width);
        TVector high0 = low0, high1 = low1, high2 = low2;
        int i = width;
        for (; i <= pixels - width; i += width)
        {
            byte* from = rgb + 3L * i;
            TVector v0 = TLanes.Load(from), v1 = TLanes.Load(from + width), v2 = TLanes.Load(from + 2 * width);
            low0 = TLanes.Min(low0, v0);
            low1 = TLanes.Min(low1, v1);
            low2 = TLanes.Min(low2, v2);
            high0 = TLanes.Max(high0, v0);
            high1 = TLanes.Max(high1, v1);
            high2 = TLanes.Max(high2, v2);
        }

        byte* lanes = stackalloc byte[6 * width];
        TLanes.Store(low0, lanes);
        TLanes.Store(low1, lanes + width);
        TLanes.Store(low2, lanes + 2 * width);
        TLanes.Store(high0, lanes + 3 * width);
        TLanes.Store(high1, lanes + 4 * width);
        TLanes.Store(high2, lanes + 5 * width);
        Scalar(lanes, 2 * width, least, most);
        return i;
    }
}
