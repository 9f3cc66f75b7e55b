namespace StreamTrainer.Pipeline.Sources;

/// <summary>Where the samples of one big file lie: about 50 bytes a sample, whatever the file weighs. Read-only once built.</summary>
internal sealed class SampleIndex
{
    /// <summary>The class names; labels are indices into it.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>First byte of each sample in the file.</summary>
    public required long[] Offsets { get; init; }

    /// <summary>Bytes of each sample.</summary>
    public required int[] Lengths { get; init; }

    /// <summary>Class of each sample.</summary>
    public required int[] Labels { get; init; }

    /// <summary>Path of each sample in the file.</summary>
    public required NameTable Names { get; init; }

    /// <summary>Whether the classes are numbers, so that a class keeps its number though others have no sample here.</summary>
    public bool Numbered { get; init; }

    /// <summary>How many samples there are.</summary>
    public int Count => Offsets.Length;
}
