using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>The shape of a JPEG: what its coefficients mean, whatever they are stored as. Of a single plane the sampling factors
/// are 1, as ITU-T T.81, A.2.2 has it for a scan of one component.</summary>
internal sealed class JpegFrame
{
    /// <summary>Size in pixels.</summary>
    public required ImageSize Size { get; init; }

    /// <summary>What the planes are.</summary>
    public required JpegColor Color { get; init; }

    /// <summary>One plane or three.</summary>
    public required JpegComponent[] Components { get; init; }

    /// <summary>Largest horizontal sampling factor.</summary>
    public required int MostHorizontal { get; init; }

    /// <summary>Largest vertical sampling factor.</summary>
    public required int MostVertical { get; init; }

    /// <summary>The sampling factors in one number: of component c the bits from 8c on, horizontal before vertical, four each.</summary>
    public uint Sampling
    {
        get
        {
            uint sampling = 0;
            for (int c = 0; c < Components.Length; c++)
            {
                sampling |= (uint)((Components[c].Horizontal << 4) | Components[c].Vertical) << (8 * c);
            }

            return sampling;
        }
    }

    /// <summary>MCUs of a row.</summary>
    public int McusWide => (Size.Width + (8 * MostHorizontal) - 1) / (8 * MostHorizontal);

    /// <summary>Rows of MCUs.</summary>
    public int McusHigh => (Size.Height + (8 * MostVertical) - 1) / (8 * MostVertical);
}
