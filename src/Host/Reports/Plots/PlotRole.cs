namespace StreamTrainer.Host.Reports.Plots;

/// <summary>What something in a chart is: its colour goes by that, on light ground and on dark.</summary>
internal enum PlotRole
{
    /// <summary>Text that must be read, and axes.</summary>
    Ink,

    /// <summary>Text and lines that stay behind.</summary>
    Soft,

    /// <summary>The grid.</summary>
    Grid,

    /// <summary>The first series: ours, or the one that the others are compared with.</summary>
    Series1,

    /// <summary>The second series.</summary>
    Series2,

    /// <summary>The third series.</summary>
    Series3,

    /// <summary>The fourth series.</summary>
    Series4,

    /// <summary>The fifth series.</summary>
    Series5,

    /// <summary>The sixth series.</summary>
    Series6,
}
