using System.Buffers;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// Writes the payload <c>coefficients</c>: the quantised coefficients of a JPEG laid out for vector instructions. A header
/// (<see cref="PayloadHeader"/>), an index (<see cref="PayloadIndex"/>), groups (<see cref="CoefficientGroup"/>). The same image
/// gives the same bytes everywhere. One thread's.
/// </summary>
internal sealed unsafe class CoefficientPayload
{
    private readonly CoefficientGroupWriter _group = new();
    private readonly PayloadIndexWriter _index = new();

    /// <summary>Appends an image's payload.</summary>
    /// <exception cref="OverflowException">It would have 2 GiB or more.</exception>
    public void Encode(CoefficientImage image, IBufferWriter<byte> output)
    {
        JpegFrame frame = image.Frame;
        int mcus = PayloadGroups.McusOf(frame);
        _index.Clear();
        for (int row = 0; row < frame.McusHigh; row++)
        {
            for (int left = 0; left < frame.McusWide; left += mcus)
            {
                AddGroup(image, row, left, Math.Min(mcus, frame.McusWide - left));
            }

            _index.EndRow();
        }

        PayloadHeader.Write(frame, PayloadFormat.Coefficients, mcus, output);
        _index.Write(output);
    }

    private void AddGroup(CoefficientImage image, int row, int left, int mcus)
    {
        for (int c = 0; c < image.Frame.Components.Length; c++)
        {
            JpegComponent component = image.Frame.Components[c];
            short first = 0;
            for (int v = 0; v < component.Vertical; v++)
            {
                short* block = image.Blocks(c, (row * component.Vertical) + v) + (left * component.Horizontal * 64L);
                short predicted = first;
                first = block[0];
                for (int i = 0; i < mcus * component.Horizontal; i++, block += 64)
                {
                    _group.Add(block, predicted);
                    predicted = block[0];
                }
            }
        }

        _group.MoveTo(_index.Bytes);
        _index.EndGroup();
    }
}
