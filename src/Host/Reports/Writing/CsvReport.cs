using System.Text;
using StreamTrainer.Host.Reports.Document;

namespace StreamTrainer.Host.Reports.Writing;

/// <summary>All values of a report, one a line: table or figure, row or series, column or place on the horizontal axis, value. Numbers are
/// not rounded (RFC 4180, UTF-8).</summary>
internal static class CsvReport
{
    /// <summary>The first line.</summary>
    public const string Header = "table,row,column,value";

    /// <summary>The file's text.</summary>
    public static string Write(ReportDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var text = new StringBuilder(Header).Append('\n');
        foreach ((string name, string value) in document.Facts)
        {
            Line(text, "report", "", name, Plain(value));
        }

        foreach (ReportTable table in document.Tables)
        {
            Table(text, table);
        }

        foreach (ReportFigure figure in document.Figures)
        {
            foreach (Plots.Chart chart in figure.Charts)
            {
                foreach (Plots.ChartMark mark in chart.Marks)
                {
                    foreach ((double x, double y) in mark.Points)
                    {
                        Line(text, $"{figure.Id}/{chart.Name}", mark.Series ?? mark.Label ?? chart.YLabel, Numbers.Short(x), Numbers.Short(y));
                    }
                }
            }
        }

        return text.ToString();
    }

    private static void Table(StringBuilder text, ReportTable table)
    {
        foreach ((string name, string value) in table.Common)
        {
            Line(text, table.Id, "all", name, Plain(value));
        }

        // Words that stand before the first number name the row: a recipe, and the test set beside it.
        int names = Math.Max(1, table.Columns.TakeWhile(column => column.IsText).Count());
        string[] keys = [.. table.Rows.Select(row => string.Join(" / ", row.Cells.Take(names).Select(cell => Plain(cell.Text)).Where(word => word.Length > 0)))];
        bool firstIsEnough = table.Rows.Select(row => row.Cells[0].Text).Distinct(StringComparer.Ordinal).Count() == table.Rows.Count;
        for (int row = 0; row < table.Rows.Count; row++)
        {
            for (int column = firstIsEnough ? 1 : names; column < table.Columns.Count; column++)
            {
                ReportCell cell = table.Rows[row].Cells[column];
                if (cell.Text.Length > 0)
                {
                    Line(text, table.Id, firstIsEnough ? Plain(table.Rows[row].Cells[0].Text) : keys[row], table.Columns[column].Name, cell.Value is { } value ? Numbers.Short(value) : Plain(cell.Text));
                }
            }
        }
    }

    private static string Plain(string text) => string.Concat(InlineText.Pieces(text).Select(piece => piece.Text));

    private static void Line(StringBuilder text, params string[] fields) => text.AppendJoin(',', fields.Select(Quoted)).Append('\n');

    private static string Quoted(string field) => field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
