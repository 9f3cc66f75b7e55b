using System.Globalization;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>Looks into a sample's bytes: what parts it has, and which of them a box needs. One thread's.</summary>
internal sealed unsafe class SampleLook : IDisposable
{
    private readonly JpegHeader _header = new();
    private readonly BaselineScan _scan = new();
    private readonly CoefficientScan _coefficients = new();
    private readonly IndexedScan _indexed = new();
    private readonly FrameDecoder _frames = new();
    private readonly VipsDecoder _vips = new(exifOrientation: false);

    /// <summary>What there is to know.</summary>
    /// <param name="name">The sample's name.</param>
    /// <param name="sample">Its bytes.</param>
    /// <param name="crop">The box that is asked for.</param>
    /// <exception cref="BadSampleException">It is damaged.</exception>
    /// <exception cref="UserErrorException">The box is not in the image.</exception>
    public SampleInspection At(string name, EncodedSample sample, CropBox? crop)
    {
        SampleInspection result = sample.Kind switch
        {
            PayloadKind.Encoded => Encoded(name, sample, crop),
            PayloadKind.Coefficients or PayloadKind.Indexed => Payload(name, sample, crop),
            _ => Whole(name, sample, crop, ShardText.Of(sample.Kind), new ImageSize(sample.Width, sample.Height)),
        };
        return result with { Crop = crop is { } box ? new SampleCrop(box.Top, box.Left, box.Height, box.Width, result.Crop?.Ranges ?? 1) : null };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _header.Dispose();
        _scan.Dispose();
        _coefficients.Dispose();
        _indexed.Dispose();
        _frames.Dispose();
        _vips.Dispose();
    }

    private SampleInspection Encoded(string name, EncodedSample sample, CropBox? crop)
    {
        JpegKind kind = _header.Read(sample);
        if (kind == JpegKind.Foreign)
        {
            return Foreign(name, sample, crop);
        }

        JpegFrame frame = _header.Frame;
        string words = kind == JpegKind.Sequential ? "JPEG" : _header.IsProgressive ? "JPEG, progressive" : "JPEG of several scans";
        SampleInspection result = Whole(name, sample, crop, words, frame.Size) with
        {
            Sampling = ShardText.Sampling(frame.Sampling),
            Orientation = _header.Orientation,
            Parts = [.. JpegParts(sample.Bytes)],
        };
        return kind == JpegKind.Sequential && crop is { } box && FrameDecoder.Knows(frame) ? result with { BytesRead = BytesOfRows(sample, frame, box) } : result;
    }

    /// <summary>Of a sequential JPEG all is read until the box's last row, a piece of some KiB at a time.</summary>
    private int BytesOfRows(EncodedSample sample, JpegFrame frame, in CropBox box)
    {
        _scan.Open(_header);
        _frames.Start(frame, _scan, box);
        for (int row = 0; row < box.Height;)
        {
            if (!_frames.Next(out PixelView rows))
            {
                return sample.Length;
            }

            row += rows.Height;
        }

        return (int)(_scan.Position - sample.Pointer);
    }

    private SampleInspection Foreign(string name, EncodedSample sample, CropBox? crop)
    {
        try
        {
            ImageSize size = _vips.Open(sample);
            return Whole(name, sample, crop, ImageSignature.Name(sample.Bytes), size) with
            {
                Orientation = Math.Clamp(_vips.StoredOrientation, 1, 8),
                Parts = ImageSignature.IsJpeg(sample.Bytes) ? [.. JpegParts(sample.Bytes)] : [],
            };
        }
        finally
        {
            _vips.Close();
        }
    }

    private SampleInspection Payload(string name, EncodedSample sample, CropBox? crop)
    {
        JpegFrame? frame = null;
        bool indexed = sample.Kind == PayloadKind.Indexed;
        bool opened = indexed
            ? sample.Tables is { } tables && _indexed.TryOpen(sample.Pointer, sample.Length, tables, out frame)
            : _coefficients.TryOpen(sample.Pointer, sample.Length, out frame);
        if (!opened || !FrameDecoder.Knows(frame!))
        {
            throw new BadSampleException("its payload cannot be opened");
        }

        int head = indexed ? _indexed.HeadLength : _coefficients.HeadLength, header = PayloadHeader.Measure(sample.Bytes);
        PayloadRange[] rows = Ranges(indexed, new McuWindow(0, 0, frame!.McusWide, frame.McusHigh));
        SampleInspection result = Whole(name, sample, crop, ShardText.Of(sample.Kind), frame.Size) with
        {
            Sampling = ShardText.Sampling(frame.Sampling),
            Orientation = Math.Clamp(sample.Orientation, 1, 8),
            GroupMcus = sample.Bytes[6],
            Parts =
            [
                new SamplePart("header", 0, header), new SamplePart("index", header, head - header),
                .. rows.Select((range, row) => new SamplePart(string.Create(CultureInfo.InvariantCulture, $"row {row}"), range.Offset, range.Length)),
            ],
        };
        if (crop is not { } box)
        {
            return result;
        }

        PayloadRange[] ranges = Ranges(indexed, _frames.Start(frame, indexed ? _indexed : _coefficients, box));
        return result with
        {
            BytesRead = head + ranges.Sum(range => range.Length),
            Crop = new SampleCrop(0, 0, 0, 0, 1 + Gaps(ranges, head)),
        };
    }

    private PayloadRange[] Ranges(bool indexed, in McuWindow window)
    {
        var ranges = new PayloadRange[window.Bottom - window.Top];
        return (indexed ? _indexed.RangesFor(window, ranges) : _coefficients.RangesFor(window, ranges)) ? ranges : throw new BadSampleException("its payload's index is damaged");
    }

    private static int Gaps(PayloadRange[] ranges, int at)
    {
        int gaps = 0;
        foreach (PayloadRange range in ranges)
        {
            gaps += range.Offset == at ? 0 : 1;
            at = range.Offset + range.Length;
        }

        return gaps;
    }

    private static SampleInspection Whole(string name, EncodedSample sample, CropBox? crop, string kind, ImageSize size)
    {
        if (crop is { } box && (box.Top < 0 || box.Left < 0 || box.Width < 1 || box.Height < 1 || box.Left > size.Width - box.Width || box.Top > size.Height - box.Height))
        {
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"--crop: {name} has {size.Height} rows of {size.Width} pixels; the box is not inside"));
        }

        return new SampleInspection { Name = name, Kind = kind, Width = size.Width, Height = size.Height, Bytes = sample.Length, BytesRead = sample.Length };
    }

    /// <summary>Segments as far as they can be walked: entropy-coded data goes with the scan's header before it.</summary>
    private static List<SamplePart> JpegParts(ReadOnlySpan<byte> bytes)
    {
        var parts = new List<SamplePart>();
        for (int at = 0; at + 1 < bytes.Length;)
        {
            int start = at;
            if (bytes[at] != 0xff)
            {
                break;
            }

            byte marker = bytes[at + 1];
            at += 2;
            bool alone = marker is 0xd8 or 0xd9 or 1 or (>= 0xd0 and <= 0xd7);
            if (!alone)
            {
                if (at + 2 > bytes.Length)
                {
                    break;
                }

                at = Math.Min(bytes.Length, at + ((bytes[at] << 8) | bytes[at + 1]));
            }

            if (marker == 0xda)
            {
                at = ScanEnd(bytes, at);
            }

            parts.Add(new SamplePart(MarkerName(marker), start, at - start));
            if (marker == 0xd9)
            {
                break;
            }
        }

        int end = parts.Count == 0 ? 0 : parts[^1].Offset + parts[^1].Bytes;
        if (end < bytes.Length)
        {
            parts.Add(new SamplePart("other bytes", end, bytes.Length - end));
        }

        return parts;
    }

    private static int ScanEnd(ReadOnlySpan<byte> bytes, int at)
    {
        for (; at + 1 < bytes.Length; at++)
        {
            // Stuffed zeros and restart markers belong to the data.
            if (bytes[at] == 0xff && bytes[at + 1] is not (0 or 0xff or (>= 0xd0 and <= 0xd7)))
            {
                return at;
            }
        }

        return bytes.Length;
    }

    private static string MarkerName(byte marker) => marker switch
    {
        0xd8 => "SOI",
        0xd9 => "EOI",
        0xda => "SOS",
        0xdb => "DQT",
        0xc4 => "DHT",
        0xcc => "DAC",
        0xdd => "DRI",
        0xfe => "COM",
        >= 0xe0 and <= 0xef => string.Create(CultureInfo.InvariantCulture, $"APP{marker - 0xe0}"),
        >= 0xc0 and <= 0xcf => string.Create(CultureInfo.InvariantCulture, $"SOF{marker - 0xc0}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"FF{marker:X2}"),
    };
}
