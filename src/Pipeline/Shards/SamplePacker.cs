using System.Buffers;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>Makes a sample's payload, and what the index says of it. One thread's.</summary>
internal sealed unsafe class SamplePacker : IDisposable
{
    private readonly ShardPayload _payload;
    private readonly IndexedTables? _tables;
    private readonly EncodedSample _sample = new();
    private readonly VipsDecoder _decoder = new(exifOrientation: false);
    private readonly ImageShrinker? _shrinker;
    private readonly JpegHeader _jpeg = new();
    private readonly CoefficientReader _reader = new(), _again = new();
    private readonly CoefficientPayload _coefficients = new();
    private readonly IndexedPayload _indexed = new();
    private readonly ArrayBufferWriter<byte> _made = new();

    /// <summary>A packer for one thread.</summary>
    /// <param name="options">How samples are packed.</param>
    /// <param name="tables">The codes of <see cref="ShardPayload.Indexed"/>; none while they are still to be learned.</param>
    public SamplePacker(PackOptions options, IndexedTables? tables)
    {
        _payload = options.Payload;
        _tables = tables;
        _shrinker = options.Lossy ? new ImageShrinker(options) : null;
    }

    /// <summary>Appends the payload of a sample.</summary>
    /// <returns>Its row, without a place in a file.</returns>
    /// <exception cref="UserErrorException">The source cannot be read.</exception>
    public ShardRow Pack(ISampleSource source, long index, ArrayBufferWriter<byte> output)
    {
        (int length, uint checksum) = Read(source, index);
        int start = output.WrittenCount;
        ShardRow row = Append(output);
        ReadOnlySpan<byte> payload = output.WrittenSpan[start..];
        return row with
        {
            Length = payload.Length,
            Head = row.Head == 0 ? payload.Length : row.Head,
            Label = source.LabelOf(index),
            Checksum = Crc32C.Of(payload),
            SourceLength = length,
            SourceChecksum = checksum,
        };
    }

    /// <summary>What codes would have to hold a sample.</summary>
    /// <returns>None where it holds no coefficients.</returns>
    /// <inheritdoc cref="Pack"/>
    public IndexedStatistics? Count(ISampleSource source, long index)
    {
        Read(source, index);
        var statistics = new IndexedStatistics();
        return _reader.TryRead(_sample) && statistics.TryAdd(_reader.Image) ? statistics : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sample.Dispose();
        _decoder.Dispose();
        _shrinker?.Dispose();
        _jpeg.Dispose();
        _reader.Dispose();
        _again.Dispose();
    }

    /// <summary>Reads a sample, and shrinks it where that is asked for.</summary>
    /// <returns>The length and the checksum that it has in the source.</returns>
    private (int Length, uint Checksum) Read(ISampleSource source, long index)
    {
        try
        {
            source.Read(index, _sample);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{source.NameOf(index)}: cannot be read: {ReadTrouble.Of(error)}; repair it, or take it out of the source", error);
        }

        if (_sample.Kind is PayloadKind.Coefficients or PayloadKind.Indexed)
        {
            throw new UserErrorException($"{source.Name}: it is a pack already, of payloads that belong to its index; pack what it was made of, or unpack it first");
        }

        (int Length, uint Checksum) origin = (_sample.Length, Crc32C.Of(_sample.Bytes));
        if (_sample.Kind == PayloadKind.Encoded)
        {
            _shrinker?.Shrink(_sample);
        }

        return origin;
    }

    private ShardRow Append(ArrayBufferWriter<byte> output)
    {
        ShardRow row = _sample.Kind == PayloadKind.Encoded ? Describe() : new ShardRow
        {
            Kind = _sample.Kind,
            Width = _sample.Width,
            Height = _sample.Height,
            Orientation = (byte)Math.Clamp(_sample.Orientation, 1, 8),
        };
        if (_payload != ShardPayload.Copy && row.Sampling != 0 && TryMake())
        {
            output.Write(_made.WrittenSpan);
            return row with { Kind = _payload == ShardPayload.Indexed ? PayloadKind.Indexed : PayloadKind.Coefficients, Head = _again.HeadLength };
        }

        output.Write(_sample.Bytes);
        return row;
    }

    /// <summary>Turns a JPEG into a payload, and that into coefficients again: where they were not the same, the JPEG would stay
    /// as it is.</summary>
    private bool TryMake()
    {
        if (!_reader.TryRead(_sample))
        {
            return false;
        }

        _made.ResetWrittenCount();
        if (_payload == ShardPayload.Coefficients)
        {
            _coefficients.Encode(_reader.Image, _made);
        }
        else if (!_indexed.TryEncode(_reader.Image, _tables!, _made))
        {
            return false;
        }

        fixed (byte* data = _made.WrittenSpan)
        {
            return (_payload == ShardPayload.Coefficients
                    ? _again.TryReadCoefficients(data, _made.WrittenCount)
                    : _again.TryReadIndexed(data, _made.WrittenCount, _tables!))
                && CoefficientEquality.Difference(_reader.Image, _again.Image) is null;
        }
    }

    /// <summary>What can be told of an image file. One that is damaged is packed like any other, and is as bad a sample after.</summary>
    private ShardRow Describe()
    {
        if (_jpeg.Read(_sample) != JpegKind.Foreign)
        {
            JpegFrame frame = _jpeg.Frame;
            return new ShardRow { Width = frame.Size.Width, Height = frame.Size.Height, Sampling = frame.Sampling, Orientation = (byte)_jpeg.Orientation };
        }

        try
        {
            ImageSize size = _decoder.Open(_sample);
            return new ShardRow { Width = size.Width, Height = size.Height, Orientation = (byte)Math.Clamp(_decoder.StoredOrientation, 1, 8) };
        }
        catch (BadSampleException)
        {
            return new ShardRow { Orientation = 1 };
        }
        finally
        {
            _decoder.Close();
        }
    }
}
