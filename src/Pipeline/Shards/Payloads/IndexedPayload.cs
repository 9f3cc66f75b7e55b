using System.Buffers;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// Writes the payload <c>indexed</c>: the coefficients of a JPEG in Huffman codes that a shard's payloads share, in segments that
/// can be read each for itself. A header (<see cref="PayloadHeader"/>), a byte with the number of the set of codes, an index
/// (<see cref="PayloadIndex"/>), segments. A segment is what a JPEG's interval is (ITU-T T.81, F.1.2), its blocks in the order of
/// <see cref="PayloadGroups"/>, the most significant bits first, without stuffing and markers, zero bits at its end; its very first
/// DC of a component has a code of its own. The same image and tables give the same bytes everywhere. One thread's.
/// </summary>
internal sealed class IndexedPayload
{
    private readonly PayloadIndexWriter _index = new();

    /// <summary>Appends an image's payload.</summary>
    /// <param name="image">The coefficients.</param>
    /// <param name="tables">The shard's codes.</param>
    /// <param name="output">Where the payload goes.</param>
    /// <returns>False, and nothing appended, where the codes lack a symbol of the image, or it has coefficients beyond those of
    /// 8-bit samples.</returns>
    /// <exception cref="OverflowException">The payload would have 2 GiB or more.</exception>
    public bool TryEncode(CoefficientImage image, IndexedTables tables, IBufferWriter<byte> output)
    {
        var statistics = new IndexedStatistics();
        int number = statistics.TryAdd(image) ? tables.Best(statistics) : -1;
        if (number < 0)
        {
            return false;
        }

        JpegFrame frame = image.Frame;
        int mcus = PayloadGroups.McusOf(frame);
        _index.Clear();
        var sink = new Sink(tables[number], _index.Bytes);
        for (int row = 0; row < frame.McusHigh; row++)
        {
            for (int left = 0; left < frame.McusWide; left += mcus)
            {
                SegmentWalk.Walk(image, row, left, Math.Min(mcus, frame.McusWide - left), ref sink);
                sink.Flush();
                _index.EndGroup();
            }

            _index.EndRow();
        }

        PayloadHeader.Write(frame, PayloadFormat.Indexed, mcus, output);
        output.Write([(byte)number]);
        _index.Write(output);
        return true;
    }

    private struct Sink(IndexedTableSet set, List<byte> bytes) : ISegmentSink
    {
        private ulong _bits;
        private int _count;

        public void Add(int table, int symbol, int bits)
        {
            HuffmanCode code = set.Code(table);
            Put(code.Codes[symbol], code.Lengths[symbol]);
            Put((uint)bits, symbol & 15);
        }

        public void Flush()
        {
            if (_count > 0)
            {
                bytes.Add((byte)(_bits << (8 - _count)));
            }

            _bits = 0;
            _count = 0;
        }

        private void Put(uint value, int count)
        {
            _bits = (_bits << count) | value;
            for (_count += count; _count >= 8; _count -= 8)
            {
                bytes.Add((byte)(_bits >> (_count - 8)));
            }
        }
    }
}
