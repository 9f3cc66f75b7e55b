using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
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

    private struct Sink : ISegmentSink
    {
        private readonly List<byte> _bytes;
        private readonly uint[] _codes = new uint[IndexedTable.Count * 256];
        private ulong _bits;
        private int _count;

        public Sink(IndexedTableSet set, List<byte> bytes)
        {
            _bytes = bytes;
            for (int table = 0; table < IndexedTable.Count; table++)
            {
                HuffmanCode code = set.Code(table);
                for (int symbol = 0; symbol < 256; symbol++)
                {
                    _codes[(table * 256) + symbol] = code.Lengths[symbol] | ((uint)code.Codes[symbol] << 8);
                }
            }
        }

        public void Add(int table, int symbol, int bits)
        {
            uint code = _codes[(table * 256) + symbol];
            int category = symbol & 15;
            Put(((ulong)(code >> 8) << category) | (uint)bits, (int)(code & 255) + category);
        }

        public void Flush()
        {
            for (_bits <<= 64 - Math.Max(_count, 1); _count > 0; _count -= 8, _bits <<= 8)
            {
                _bytes.Add((byte)(_bits >> 56));
            }

            _bits = 0;
            _count = 0;
        }

        /// <summary>At most 26 bits.</summary>
        private void Put(ulong value, int count)
        {
            _bits = (_bits << count) | value;
            _count += count;
            if (_count >= 32)
            {
                _count -= 32;
                int at = _bytes.Count;
                CollectionsMarshal.SetCount(_bytes, at + sizeof(uint));
                BinaryPrimitives.WriteUInt32BigEndian(CollectionsMarshal.AsSpan(_bytes)[at..], (uint)(_bits >> _count));
            }
        }
    }
}
