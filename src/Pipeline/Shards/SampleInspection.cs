namespace StreamTrainer.Pipeline.Shards;

/// <summary>What there is to know of a sample of a pack, or of an image file.</summary>
public sealed record SampleInspection
{
    /// <summary>Its path.</summary>
    public required string Name { get; init; }

    /// <summary>Its index in the pack.</summary>
    public long? Sample { get; init; }

    /// <summary>Its class.</summary>
    public string? Class { get; init; }

    /// <summary>What it is: a format of image files, or a payload.</summary>
    public required string Kind { get; init; }

    /// <summary>Pixels across, as stored; 0 where nobody can tell.</summary>
    public int Width { get; init; }

    /// <summary>Pixels down.</summary>
    public int Height { get; init; }

    /// <summary>How chroma is sampled; empty where it is no JPEG, or made of none.</summary>
    public string Sampling { get; init; } = "";

    /// <summary>EXIF's orientation.</summary>
    public int Orientation { get; init; } = 1;

    /// <summary>The payload file that it is in.</summary>
    public string? File { get; init; }

    /// <summary>Where it begins there.</summary>
    public long? Offset { get; init; }

    /// <summary>Its bytes.</summary>
    public required int Bytes { get; init; }

    /// <summary>Bytes that the source had for it.</summary>
    public int? SourceBytes { get; init; }

    /// <summary>Its parts: a JPEG's marker segments; a payload's header, index and rows.</summary>
    public IReadOnlyList<SamplePart> Parts { get; init; } = [];

    /// <summary>MCUs of a group, the least that is read of a payload.</summary>
    public int? GroupMcus { get; init; }

    /// <summary>The box that was asked for.</summary>
    public SampleCrop? Crop { get; init; }

    /// <summary>Bytes that must be read for the box; of all pixels where none was asked for.</summary>
    public required int BytesRead { get; init; }
}

/// <summary>A part of a sample.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Bytes">Its size.</param>
public sealed record SamplePart(string Name, int Offset, int Bytes);

/// <summary>A box of a sample, and how much of it that touches.</summary>
/// <param name="Top">Its first row.</param>
/// <param name="Left">Its first column.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Ranges">Pieces of the sample that are read, each without a gap.</param>
public sealed record SampleCrop(int Top, int Left, int Height, int Width, int Ranges);
