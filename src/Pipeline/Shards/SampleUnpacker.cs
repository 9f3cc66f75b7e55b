using System.Buffers;
using NetVips;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>Makes an image file of a sample, whatever it is stored as. One thread's.</summary>
internal sealed unsafe class SampleUnpacker : IDisposable
{
    private readonly EncodedSample _sample = new();
    private readonly CoefficientReader _reader = new();
    private readonly JpegWriter _writer = new();
    private readonly ArrayBufferWriter<byte> _jpeg = new();

    /// <summary>A sample as a file: its original bytes where they were kept; a JPEG of the same coefficients, so of the same
    /// pixels, and the same orientation; a PNG of raw pixels.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="BadSampleException">It is damaged.</exception>
    public ReadOnlySpan<byte> Unpack(ISampleSource source, long index)
    {
        source.Read(index, _sample);
        return _sample.Kind switch
        {
            PayloadKind.Encoded => _sample.Bytes,
            PayloadKind.RawGrey or PayloadKind.RawRgb => Png(),
            _ => Jpeg(),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sample.Dispose();
        _reader.Dispose();
    }

    private ReadOnlySpan<byte> Jpeg()
    {
        int orientation = _sample.Orientation;
        if (!_reader.TryRead(_sample))
        {
            throw new BadSampleException("its payload cannot be unpacked");
        }

        _jpeg.ResetWrittenCount();
        try
        {
            _writer.Write(_reader.Image, _jpeg);
        }
        catch (InvalidDataException error)
        {
            throw new BadSampleException(error.Message, error);
        }

        return orientation > 1 ? OrientationSegment.Insert(_jpeg.WrittenSpan.ToArray(), orientation) : _jpeg.WrittenSpan;
    }

    private byte[] Png()
    {
        int bands = _sample.Kind == PayloadKind.RawGrey ? 1 : 3;
        if (_sample.Width <= 0 || _sample.Height <= 0 || (long)_sample.Width * _sample.Height * bands != _sample.Length)
        {
            throw new BadSampleException("its size is not that of its pixels");
        }

        using Image image = Image.NewFromMemory((nint)_sample.Pointer, (ulong)_sample.Length, _sample.Width, _sample.Height, bands, Enums.BandFormat.Uchar);
        using Image colored = image.Copy(interpretation: bands == 1 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        return colored.PngsaveBuffer(keep: Enums.ForeignKeep.None);
    }
}
