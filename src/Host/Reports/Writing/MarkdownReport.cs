using System.Globalization;
using System.Text;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Reports.Plots;

namespace StreamTrainer.Host.Reports.Writing;

/// <summary>A report as Markdown (GitHub's), with its charts as SVG files beside it.</summary>
internal static class MarkdownReport
{
    /// <summary>How every report begins: by this one is known that may be written over.</summary>
    public const string Start = "<!-- streamtrainer report -->\n";

    /// <summary>The text.</summary>
    /// <param name="document">The report.</param>
    /// <param name="pictureName">The file of a chart, seen from the text.</param>
    public static string Write(ReportDocument document, Func<ReportFigure, Chart, string> pictureName)
    {
        ArgumentNullException.ThrowIfNull(document);
        var text = new StringBuilder(Start).Append("\n# ").Append(Escaped(document.Title)).Append("\n\n");
        if (document.Lead.Length > 0)
        {
            text.Append(Escaped(document.Lead)).Append("\n\n");
        }

        text.Append("| | |\n|---|---|\n");
        foreach ((string name, string value) in document.Facts)
        {
            text.Append("| ").Append(Inline(name)).Append(" | ").Append(Inline(value)).Append(" |\n");
        }

        foreach (ReportSection section in document.Sections)
        {
            text.Append('\n').Append('#', section.Level).Append(' ').Append(Escaped(section.Title)).Append('\n');
            foreach (ReportBlock block in section.Blocks)
            {
                text.Append('\n');
                Block(text, block, pictureName);
            }
        }

        return text.ToString();
    }

    private static void Block(StringBuilder text, ReportBlock block, Func<ReportFigure, Chart, string> pictureName)
    {
        switch (block)
        {
            case ReportText paragraph:
                text.Append(Inline(paragraph.Text)).Append('\n');
                break;
            case ReportList list:
                text.AppendJoin("", list.Items.Select(item => $"- {Inline(item)}\n"));
                break;
            case ReportTable table:
                Table(text, table);
                break;
            case ReportFigure figure:
                foreach (Chart chart in figure.Charts)
                {
                    text.Append(CultureInfo.InvariantCulture, $"![{Escaped(chart.Description)}]({Uri.EscapeDataString(pictureName(figure, chart)).Replace("%2F", "/", StringComparison.Ordinal)})\n");
                }

                text.Append("\n*").Append(Inline(figure.Caption)).Append("*\n");
                break;
            default:
                throw new NotSupportedException(block.GetType().Name);
        }
    }

    private static void Table(StringBuilder text, ReportTable table)
    {
        text.Append("**").Append(Inline(table.Caption)).Append("**\n\n");
        text.Append("| ").AppendJoin(" | ", table.Columns.Select(column => Inline(column.Name))).Append(" |\n|");
        text.AppendJoin("|", table.Columns.Select(column => column.IsText ? "---" : "---:")).Append("|\n");
        foreach (ReportRow row in table.Rows)
        {
            text.Append("| ").AppendJoin(" | ", row.Cells.Select(cell => row.Kind == RowKind.Paper && cell.Text.Length > 0 ? $"*{Inline(cell.Text)}*" : Inline(cell.Text))).Append(" |\n");
        }

        if (table.Remark.Length > 0)
        {
            text.Append("\n<sub>").Append(Inline(table.Remark)).Append("</sub>\n");
        }
    }

    private static string Inline(string text) => string.Concat(InlineText.Pieces(text).Select(piece => piece.IsCode ? Code(piece.Text) : Escaped(piece.Text)));

    // A bar would end the cell of a table even in code; only an escaped one does not.
    private static string Code(string text) => $"`{Printable.Text(text).Replace("|", "\\|", StringComparison.Ordinal)}`";

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (char letter in Printable.Text(text))
        {
            _ = letter is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '|' or '#' or '~' or '$' or '&' ? escaped.Append('\\').Append(letter) : escaped.Append(letter);
        }

        return escaped.ToString();
    }
}
