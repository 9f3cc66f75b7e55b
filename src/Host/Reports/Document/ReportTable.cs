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

    /// <summary>What all rows have in common, and need not say each: name and value.</summary>
    public IReadOnlyList<(string Name, string Value)> Common { get; init; } = [];

    /// <summary>What stands under the table: <see cref="Common"/> and <see cref="Note"/>.</summary>
    public string Remark => Common.Count == 0 ? Note : $"All: {string.Join(", ", Common.Select(each => $"{each.Name} {each.Value}"))}. {Note}".TrimEnd();

    /// <summary>The table without the columns in which several rows all say the same, which <see cref="Common"/> says once.</summary>
    /// <param name="among">Columns that may be taken out.</param>
    public ReportTable WithCommon(params string[] among)
    {
        int[] same = Rows.Count < 2 ? [] : [.. Enumerable.Range(1, Columns.Count - 1)
            .Where(column => among.Contains(Columns[column].Name) && Rows[0].Cells[column].Text.Length > 0 && Rows.All(row => row.Cells[column].Text == Rows[0].Cells[column].Text))];
        int[] kept = [.. Enumerable.Range(0, Columns.Count).Except(same)];
        return Only(kept) with { Common = [.. same.Select(column => (Columns[column].Name, Rows[0].Cells[column].Text))] };
    }

    /// <summary>The table without the columns that no row has anything in.</summary>
    public ReportTable WithoutEmptyColumns()
    {
        int[] kept = [.. Enumerable.Range(0, Columns.Count).Where(column => column == 0 || Rows.Any(row => row.Cells[column].Text.Length > 0))];
        return Only(kept);
    }

    private ReportTable Only(int[] columns) =>
        this with { Columns = [.. columns.Select(column => Columns[column])], Rows = [.. Rows.Select(row => row with { Cells = [.. columns.Select(column => row.Cells[column])] })] };
}

/// <summary>A column.</summary>
/// <param name="Name">Its head, with the unit.</param>
/// <param name="IsText">Whether it holds words, which begin at the left.</param>
/// <param name="IsLong">Whether these are sentences, which need lines.</param>
internal sealed record ReportColumn(string Name, bool IsText = false, bool IsLong = false);

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
