using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>How an image's blocks are grouped: in both payloads a group holds a few MCUs of one row, its blocks component by
/// component, row by row, from the left.</summary>
internal static class PayloadGroups
{
    /// <summary>About so many blocks: few enough that a crop reads little beyond its edges, enough that what a group costs by
    /// itself stays small.</summary>
    private const int Blocks = 12;

    /// <summary>Most MCUs of a group.</summary>
    private const int Most = 8;

    /// <summary>MCUs of a group of such a frame, as our writers choose them; a reader takes any number.</summary>
    public static int McusOf(JpegFrame frame)
    {
        int blocks = 0;
        foreach (JpegComponent component in frame.Components)
        {
            blocks += component.Horizontal * component.Vertical;
        }

        return Math.Clamp(Blocks / blocks, 1, Most);
    }
}
