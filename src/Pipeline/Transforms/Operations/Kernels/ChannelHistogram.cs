namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>How often each value occurs in each channel of packed RGB.</summary>
internal static unsafe class ChannelHistogram
{
    /// <summary>Counters that the caller provides: four histograms of three channels.</summary>
    public const int Room = 4 * Size;

    private const int Size = 3 * 256;

    /// <summary>Counts.</summary>
    /// <param name="rgb">The pixels.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="counts"><see cref="Room"/> counters; the first 768 get the result, channel by channel.</param>
    public static void Of(byte* rgb, int pixels, int* counts)
    {
        new Span<int>(counts, Room).Clear();
        int i = 0;
        // Neighbours are alike: four counters of a value take turns, so that an increment seldom waits for the one before it.
        for (; i <= pixels - 4; i += 4, rgb += 12)
        {
            ulong first = *(ulong*)rgb;
            uint second = *(uint*)(rgb + 8);
            counts[(byte)first]++;
            counts[256 + (byte)(first >> 8)]++;
            counts[512 + (byte)(first >> 16)]++;
            counts[Size + (byte)(first >> 24)]++;
            counts[Size + 256 + (byte)(first >> 32)]++;
            counts[Size + 512 + (byte)(first >> 40)]++;
            counts[2 * Size + (byte)(first >> 48)]++;
            counts[2 * Size + 256 + (byte)(first >> 56)]++;
            counts[2 * Size + 512 + (byte)second]++;
            counts[3 * Size + (byte)(second >> 8)]++;
            counts[3 * Size + 256 + (byte)(second >> 16)]++;
            counts[3 * Size + 512 + (byte)(second >> 24)]++;
        }

        for (; i < pixels; i++, rgb += 3)
        {
            counts[rgb[0]]++;
            counts[256 + rgb[1]]++;
            counts[512 + rgb[2]]++;
        }

        for (int bin = 0; bin < Size; bin++)
        {
            counts[bin] += counts[Size + bin] + counts[2 * Size + bin] + counts[3 * Size + bin];
        }
    }
}
