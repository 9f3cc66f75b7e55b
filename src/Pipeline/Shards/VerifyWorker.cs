using System.Globalization;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>Looks at samples of a pack and at the bytes around them. One thread's; what it is made of may be shared.</summary>
/// <param name="index">The index.</param>
/// <param name="files">Its payload files; none where one could not be opened, which was told.</param>
/// <param name="tables">The codes of its payloads.</param>
/// <param name="source">What they were packed from.</param>
/// <param name="compared">How many samples are compared with it.</param>
internal sealed class VerifyWorker(ShardIndex index, IShardBytes?[] files, IndexedTables? tables, ISampleSource? source, long compared) : IDisposable
{
    private readonly EncodedSample _packed = new(), _around = new(), _original = new();
    private readonly CoefficientReader _packedReader = new(), _originalReader = new();

    /// <summary>Whether a sample is one of those that are compared: so many, spread evenly.</summary>
    public static bool IsCompared(long sample, long count, long compared) =>
        compared >= count || (sample + 1) * compared / count > sample * compared / count;

    /// <summary>Looks at a sample, the zeros behind it, and what begins or ends its file beside it.</summary>
    /// <param name="sample">Which.</param>
    /// <param name="piece">Gets what was read, and what is wrong.</param>
    public void Check(int sample, VerifyPiece piece)
    {
        ShardFile file = index.FileOf(sample);
        if (files[file.Number] is not { } bytes)
        {
            return;
        }

        ShardRow row = index[sample];
        void Fault(string what) => piece.Faults.Add(new ShardFault(file.Name, sample, index.NameOf(sample), what));
        try
        {
            CheckAround(bytes, file, sample, row, piece);
            bytes.Read(row.Offset, row.Length, _packed);
            piece.Samples++;
            piece.Bytes += row.Length;
            if (Crc32C.Of(_packed.Bytes) != row.Checksum)
            {
                Fault(string.Create(CultureInfo.InvariantCulture, $"the checksum of its {Counted.Of(row.Length, "byte")} from {row.Offset} on is wrong"));
                return;
            }
        }
        catch (IOException error)
        {
            Fault($"cannot be read: {ReadTrouble.Of(error)}");
            return;
        }

        _packed.Kind = row.Kind;
        _packed.Tables = tables;
        if (source is null || !IsCompared(sample, index.Count, compared))
        {
            return;
        }

        piece.Compared++;
        if (Compare(sample, row) is { } difference)
        {
            Fault(difference);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _packed.Dispose();
        _around.Dispose();
        _original.Dispose();
        _packedReader.Dispose();
        _originalReader.Dispose();
    }

    private void CheckAround(IShardBytes bytes, in ShardFile file, int sample, in ShardRow row, VerifyPiece piece)
    {
        if (sample == file.First)
        {
            bytes.Read(0, ShardLayout.HeaderSize, _around);
            piece.Bytes += ShardLayout.HeaderSize;
            if (ShardLayout.CheckHeader(_around.Bytes, file.Number, index.Header.Identity.Span) is { } wrong)
            {
                piece.Faults.Add(new ShardFault(file.Name, null, null, wrong));
            }
        }

        long end = row.Offset + row.Length, next = sample == file.First + file.Count - 1 ? file.Length : ShardLayout.Aligned(end);
        bytes.Read(end, (int)(next - end), _around);
        piece.Bytes += next - end;
        if (_around.Bytes.ContainsAnyExcept((byte)0))
        {
            piece.Faults.Add(new ShardFault(file.Name, null, null, string.Create(CultureInfo.InvariantCulture,
                $"bytes {end} to {next - 1}, behind sample {sample}, are not zero; no sample is touched")));
        }
    }

    private string? Compare(int sample, in ShardRow row)
    {
        try
        {
            source!.Read(sample, _original);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"the source cannot be read: {ReadTrouble.Of(error)}";
        }

        if (_original.Length != row.SourceLength || Crc32C.Of(_original.Bytes) != row.SourceChecksum)
        {
            return "the source has other bytes than were packed";
        }

        if (index.Header.Options.Lossy)
        {
            return null;
        }

        if (row.Kind == _original.Kind)
        {
            return _packed.Bytes.SequenceEqual(_original.Bytes) ? null : "its bytes are not the source's";
        }

        return !_packedReader.TryRead(_packed) ? "its payload cannot be unpacked"
            : !_originalReader.TryRead(_original) ? "the source's coefficients cannot be read"
            : CoefficientEquality.Difference(_originalReader.Image, _packedReader.Image);
    }
}
