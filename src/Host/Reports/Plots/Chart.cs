namespace StreamTrainer.Host.Reports.Plots;

/// <summary>A chart before it is drawn: what stands where, in the units of its axes.</summary>
/// <param name="Name">Its name in files and in the table of values: letters, digits and hyphens.</param>
/// <param name="Description">What it shows, for those who cannot see it.</param>
/// <param name="XLabel">Name and unit of the horizontal axis.</param>
/// <param name="YLabel">Name and unit of the vertical axis; empty: none.</param>
/// <param name="Marks">What is drawn, from back to front.</param>
internal sealed record Chart(string Name, string Description, string XLabel, string YLabel, IReadOnlyList<ChartMark> Marks)
{
    /// <summary>Width in pixels.</summary>
    public int Width { get; init; } = 496;

    /// <summary>Height in pixels.</summary>
    public int Height { get; init; } = 310;

    /// <summary>What stands on the vertical axis instead of numbers, at 0, 1, … from the top down.</summary>
    public IReadOnlyList<string>? Rows { get; init; }

    /// <summary>Ends of the horizontal axis; null: what is there decides.</summary>
    public (double Low, double High)? XLimits { get; init; }

    /// <summary>Ends of the vertical axis; null: what is there decides.</summary>
    public (double Low, double High)? YLimits { get; init; }

    /// <summary>Whether the vertical axis has whole numbers only.</summary>
    public bool WholeY { get; init; }

    /// <summary>Whether the horizontal axis has whole numbers only.</summary>
    public bool WholeX { get; init; }
}

/// <summary>Something in a chart.</summary>
/// <param name="Role">Its colour.</param>
/// <param name="Label">Its name in the legend; null: no entry.</param>
internal abstract record ChartMark(PlotRole Role, string? Label)
{
    /// <summary>Its name in the table of values where the legend has none.</summary>
    public string? Series { get; init; }

    /// <summary>Its points, for the table of values; none where others have them.</summary>
    public virtual IEnumerable<(double X, double Y)> Points => [];
}

/// <summary>A line through points.</summary>
internal sealed record LineMark(PlotRole Role, string? Label, double[] X, double[] Y) : ChartMark(Role, Label)
{
    /// <summary>Width in pixels.</summary>
    public float Width { get; init; } = 2;

    /// <summary>From 0, which is unbroken: lines differ by it where colours are not seen.</summary>
    public int Dash { get; init; }

    /// <summary>0 invisible to 1.</summary>
    public double Opacity { get; init; } = 1;

    /// <summary>Whether it is a shape that follows from other points.</summary>
    public bool IsShape { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(double X, double Y)> Points => IsShape ? [] : X.Zip(Y);
}

/// <summary>An area between two lines.</summary>
internal sealed record BandMark(PlotRole Role, string? Label, double[] X, double[] Low, double[] High) : ChartMark(Role, Label)
{
    /// <summary>0 invisible to 1.</summary>
    public double Opacity { get; init; } = 0.2;
}

/// <summary>Points.</summary>
internal sealed record PointsMark(PlotRole Role, string? Label, double[] X, double[] Y) : ChartMark(Role, Label)
{
    /// <summary>Side or diameter in pixels.</summary>
    public float Size { get; init; } = 7;

    /// <summary>From 0, a disc: points differ by it where colours are not seen.</summary>
    public int Shape { get; init; }

    /// <summary>0 invisible to 1.</summary>
    public double Opacity { get; init; } = 1;

    /// <inheritdoc/>
    public override IEnumerable<(double X, double Y)> Points => X.Zip(Y);
}

/// <summary>Bars that stand side by side on the horizontal axis: a histogram.</summary>
/// <param name="Role">Its colour.</param>
/// <param name="Label">Its name.</param>
/// <param name="Edges">One more than bars.</param>
/// <param name="Heights">A height a bar.</param>
internal sealed record BarsMark(PlotRole Role, string? Label, double[] Edges, double[] Heights) : ChartMark(Role, Label)
{
    /// <inheritdoc/>
    public override IEnumerable<(double X, double Y)> Points => Heights.Select((height, bar) => ((Edges[bar] + Edges[bar + 1]) / 2, height));
}

/// <summary>An interval along the horizontal axis in a row.</summary>
internal sealed record IntervalMark(PlotRole Role, string? Label, double Low, double High, double Row) : ChartMark(Role, Label)
{
    /// <summary>Width in pixels.</summary>
    public float Width { get; init; } = 2;
}

/// <summary>A line across the whole chart.</summary>
internal sealed record RuleMark(PlotRole Role, string? Label, double At, bool IsVertical) : ChartMark(Role, Label)
{
    /// <inheritdoc cref="LineMark.Dash"/>
    public int Dash { get; init; }
}
