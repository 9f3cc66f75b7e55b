namespace StreamTrainer.Pipeline.Transforms;

/// <summary>Four source rows that go through the horizontal pass together, and where their two pairs go. Where only two rows are
/// left they stand here twice: doing them again is cheaper than code of its own.</summary>
internal readonly unsafe struct ResampleRows
{
    /// <summary>First pixels of the rows that the pass needs.</summary>
    public required byte* S0 { get; init; }

    /// <inheritdoc cref="S0"/>
    public required byte* S1 { get; init; }

    /// <inheritdoc cref="S0"/>
    public required byte* S2 { get; init; }

    /// <inheritdoc cref="S0"/>
    public required byte* S3 { get; init; }

    /// <summary>Where rows 0 and 1 go, every byte of row 0 beside that of row 1, both widened to 16 bits.</summary>
    public required short* T01 { get; init; }

    /// <summary>Where rows 2 and 3 go.</summary>
    public required short* T23 { get; init; }

    /// <summary>The source column that the rows begin with.</summary>
    public required int Origin { get; init; }

    /// <summary>Pixels of a row.</summary>
    public required int Width { get; init; }
}
