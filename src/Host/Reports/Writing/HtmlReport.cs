using System.Globalization;
using System.Net;
using System.Text;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Reports.Plots;

namespace StreamTrainer.Host.Reports.Writing;

/// <summary>A report as one page with everything in it: fonts, charts, and no script. Light, dark and in print.</summary>
internal static class HtmlReport
{
    /// <summary>How every page begins: by this one is known that may be written over.</summary>
    public const string Start = "<!doctype html>\n<!-- streamtrainer report -->\n";

    private const string NoBreak = "\u00a0";

    /// <summary>The page.</summary>
    public static string Write(ReportDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var page = new StringBuilder(Start);
        page.Append(CultureInfo.InvariantCulture, $"""
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'">
            <title>{Text(document.Title)}: report</title>
            <style>
            {PlotFonts.FaceRules(bold: true)}{Style()}{PlotColors.DarkRules()}</style>
            </head>
            <body>
            <main>
            <header>
            <h1><small>report</small>{Text(document.Title)}</h1>

            """);
        if (document.Lead.Length > 0)
        {
            page.Append("<p class=\"lead\">").Append(Inline(document.Lead)).Append("</p>\n");
        }

        page.Append("<dl>\n");
        foreach ((string name, string value) in document.Facts)
        {
            page.Append("<dt>").Append(Text(name)).Append("</dt><dd>").Append(Inline(value)).Append("</dd>\n");
        }

        page.Append("</dl>\n</header>\n");
        Numbering number = new();
        foreach (ReportSection section in document.Sections)
        {
            page.Append(CultureInfo.InvariantCulture, $"<section>\n<h{section.Level}>{Text(section.Title)}</h{section.Level}>\n");
            foreach (ReportBlock block in section.Blocks)
            {
                Block(page, block, number);
            }

            page.Append("</section>\n");
        }

        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void Block(StringBuilder page, ReportBlock block, Numbering number)
    {
        switch (block)
        {
            case ReportText paragraph:
                page.Append(paragraph.Quiet ? "<p class=\"note\">" : "<p>").Append(Inline(paragraph.Text)).Append("</p>\n");
                break;
            case ReportList list:
                page.Append("<ul>\n").AppendJoin("", list.Items.Select(item => $"<li>{Inline(item)}</li>\n")).Append("</ul>\n");
                break;
            case ReportTable table:
                Table(page, table, ++number.Tables);
                break;
            case ReportFigure figure:
                Figure(page, figure, ++number.Figures);
                break;
            default:
                throw new NotSupportedException(block.GetType().Name);
        }
    }

    private static void Table(StringBuilder page, ReportTable table, int number)
    {
        page.Append(CultureInfo.InvariantCulture, $"<figure class=\"table\" id=\"{Text(table.Id)}\">\n<figcaption><b>Table{NoBreak}{number}.</b> {Inline(table.Caption)}</figcaption>\n<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr>");
        foreach (ReportColumn column in table.Columns)
        {
            page.Append(column.IsText ? "<th scope=\"col\" class=\"t\">" : "<th scope=\"col\">").Append(Inline(column.Name)).Append("</th>");
        }

        page.Append("</tr></thead>\n<tbody>\n");
        foreach (ReportRow row in table.Rows)
        {
            page.Append(row.Kind switch { RowKind.Paper => "<tr class=\"paper\">", RowKind.Wrong => "<tr class=\"wrong\">", _ => "<tr>" });
            for (int column = 0; column < row.Cells.Count; column++)
            {
                string tag = column == 0 ? "th scope=\"row\"" : "td", alignment = table.Columns[column] switch { { IsLong: true } => " class=\"t long\"", { IsText: true } => " class=\"t\"", _ => "" };
                page.Append('<').Append(tag).Append(alignment).Append('>').Append(Inline(row.Cells[column].Text)).Append(column == 0 ? "</th>" : "</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</tbody>\n</table></div>\n");
        if (table.Remark.Length > 0)
        {
            page.Append("<p class=\"note\">").Append(Inline(table.Remark)).Append("</p>\n");
        }

        page.Append("</figure>\n");
    }

    private static void Figure(StringBuilder page, ReportFigure figure, int number)
    {
        page.Append(CultureInfo.InvariantCulture, $"<figure id=\"{Text(figure.Id)}\">\n<div class=\"charts\">\n");
        foreach (Chart chart in figure.Charts)
        {
            page.Append(ChartSvg.Inline(chart, $"{figure.Id}-{chart.Name}")).Append('\n');
        }

        page.Append(CultureInfo.InvariantCulture, $"</div>\n<figcaption><b>Figure{NoBreak}{number}.</b> {Inline(figure.Caption)}</figcaption>\n</figure>\n");
    }

    private static string Inline(string text) => string.Concat(InlineText.Pieces(text).Select(piece => piece.IsCode ? $"<code>{Text(piece.Text)}</code>" : Text(piece.Text.Replace(" %", NoBreak + "%", StringComparison.Ordinal))));

    private static string Text(string text) => WebUtility.HtmlEncode(Printable.Text(text));

    private static string Style()
    {
        using Stream stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private sealed class Numbering
    {
        public int Tables { get; set; }

        public int Figures { get; set; }
    }
}
