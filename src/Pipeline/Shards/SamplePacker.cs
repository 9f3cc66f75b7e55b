using System.Buffers;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>Makes a sample's payload, and what the index says of it. One thread's.</summary>
internal sealed class SamplePacker : IDisposable
{
    private readonly ShardHeader _header;
    private readonly EncodedSample _sample = new();
    private readonly VipsDecoder _decoder = new(exifOrientation: false);
    private readonly ImageShrinker? _shrinker;

    /// <summary>A packer for one thread.</summary>
    /// <param name="header">How samples are packed.</param>
    public SamplePacker(ShardHeader header)
    {
        _header = header;
        _shrinker = header.Options.Lossy ? new ImageShrinker(header.Options) : null;
    }

    /// <summary>Appends the payload of a sample.</summary>
    /// <returns>Its row, without a place in a file.</returns>
    /// <exception cref="UserErrorException">The source cannot be read.</exception>
    public ShardRow Pack(ISampleSource source, long index, ArrayBufferWriter<byte> output)
    {
        try
        {
            source.Read(index, _sample);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{source.NameOf(index)}: cannot be read: {error.Message}; repair it, or take it out of the source", error);
        }

        int length = _sample.Length, start = output.WrittenCount;
        uint checksum = Crc32C.Of(_sample.Bytes);
        ShardRow row = Append(output) with { Label = source.LabelOf(index), SourceLength = length, SourceChecksum = checksum };
        ReadOnlySpan<byte> payload = output.WrittenSpan[start..];
        return row with { Length = payload.Length, Checksum = Crc32C.Of(payload), Head = row.Head < 0 ? payload.Length : row.Head };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sample.Dispose();
        _decoder.Dispose();
        _shrinker?.Dispose();
    }

    private ShardRow Append(ArrayBufferWriter<byte> output)
    {
        if (_sample.Kind == PayloadKind.Encoded)
        {
            _shrinker?.Shrink(_sample);
        }

        output.Write(_sample.Bytes);
        var row = new ShardRow
        {
            Offset = 0,
            Length = 0,
            Head = -1,
            Label = 0,
            Width = _sample.Width,
            Height = _sample.Height,
            Sampling = 0,
            Kind = _sample.Kind,
            Orientation = 1,
            Checksum = 0,
            SourceLength = 0,
            SourceChecksum = 0,
        };
        return _sample.Kind == PayloadKind.Encoded ? Describe(row) : row;
    }

    /// <summary>What can be told of an image file. One that is damaged is packed like any other, and is as bad a sample after.</summary>
    private ShardRow Describe(in ShardRow row)
    {
        try
        {
            ImageSize size = _decoder.Open(_sample);
            return row with { Width = size.Width, Height = size.Height, Orientation = (byte)Math.Clamp(_decoder.StoredOrientation, 1, 8) };
        }
        catch (BadSampleException)
        {
            return row with { Width = 0, Height = 0 };
        }
        finally
        {
            _decoder.Close();
        }
    }
}
