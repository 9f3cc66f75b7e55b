namespace StreamTrainer.Host.Reports.Document;

/// <summary>A table.</summary>
/// <param name="Id">Its name in the table of values: letters, digits and hyphens.</param>
/// <param name="Caption">What it shows.</param>
/// <param name="Columns">Its columns; the first one's cells name the rows.</param>
/// <param name="Rows">Its rows.</param>
internal sealed record ReportTable(string Id, string Caption, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<ReportRow> Rows) : ReportBlock
{
    /// <summary>What is to be known of the figures, under the table.</summary>
    public string Note { get; init; } = "";

    /// <summary>The table without the columns that no row has anything in.</summary>
    public ReportTable WithoutEmptyColumns()
    {
        int[] kept = [.. Enumerable.Range(0, Columns.Count).Where(column => column == 0 || Rows.Any(row => row.Cells[column].Text.Length > 0))];
        return this with { Columns = [.. kept.Select(column => Columns[column])], Rows = [.. Rows.Select(row => row with { Cells = [.. kept.Select(column => row.Cells[column])] })] };
    }
}

/// <summary>A column.</summary>
/// <param name="Name">Its head, with the unit.</param>
/// <param name="IsText">Whether it holds words, which begin at the left.</param>
internal sealed record ReportColumn(string Name, bool IsText = false);

/// <summary>A row.</summary>
/// <param name="Cells">A cell a column.</param>
/// <param name="Kind">What sort of row it is.</param>
internal sealed record ReportRow(IReadOnlyList<ReportCell> Cells, RowKind Kind = RowKind.Ours);

/// <summary>Sorts of rows.</summary>
internal enum RowKind
{
    /// <summary>Measured in the runs of the report.</summary>
    Ours,

    /// <summary>Published.</summary>
    Paper,

    /// <summary>Something is wrong with what it tells of.</summary>
    Wrong,
}
