using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Pipelines;

/// <summary>What an order asks of a disk or a server an image, counted.</summary>
internal sealed record OrderReads
{
    /// <summary>The order.</summary>
    public required string Shuffle { get; init; }

    /// <summary>Images that were read.</summary>
    public required long Images { get; init; }

    /// <summary>Whether there was no time for more of them.</summary>
    public required bool Cut { get; init; }

    /// <summary>Bytes that came, an image.</summary>
    public required double BytesPerImage { get; init; }

    /// <summary>Reads of local files or requests to a server, an image.</summary>
    public required double RequestsPerImage { get; init; }

    /// <summary>Reads that do not begin where the file's last one ended, an image; null: a server's files.</summary>
    public required double? SeeksPerImage { get; init; }

    /// <summary>Of counts.</summary>
    public static OrderReads Of(ReadSurveyResult counted)
    {
        double images = Math.Max(1, counted.Images);
        return new OrderReads
        {
            Shuffle = counted.Shuffle,
            Images = counted.Images,
            Cut = counted.Cut,
            BytesPerImage = counted.Reads.Bytes / images,
            RequestsPerImage = counted.Reads.Requests / images,
            SeeksPerImage = counted.Remote ? null : counted.Reads.Seeks / images,
        };
    }
}
