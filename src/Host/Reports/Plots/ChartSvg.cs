using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace StreamTrainer.Host.Reports.Plots;

/// <summary>
/// A chart as SVG that looks the same everywhere: it scales, its elements have the classes of their colours' roles
/// (<see cref="PlotColors"/>), a text has one position and the width that it was laid out for (the library gives each glyph a position,
/// which fits one font only), and what it refers to is its own.
/// </summary>
internal static partial class ChartSvg
{
    /// <summary>How every file of a chart begins: by this one is known that may be written over.</summary>
    public const string Start = "<!-- streamtrainer report -->\n";

    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    /// <summary>To stand in a page: the page has the style sheet and the fonts.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="id">A name that no other chart of the page has.</param>
    public static string Inline(Chart chart, string id) => Draw(chart, id).ToString(SaveOptions.DisableFormatting);

    /// <summary>To be a file: style sheet and font are in it.</summary>
    public static string Alone(Chart chart)
    {
        XElement svg = Draw(chart, chart.Name);
        svg.AddFirst(
            new XElement(s_svg + "title", chart.Description),
            new XElement(s_svg + "style", "\n" + PlotFonts.FaceRules(bold: false) + ".ground { fill: #FFFFFF; }\n@media screen and (prefers-color-scheme: dark) { .ground { fill: #14171A; } }\n" + PlotColors.DarkRules()),
            // On a page of another ground the colours must still be seen.
            new XElement(s_svg + "rect", new XAttribute("class", "ground"), new XAttribute("fill", "#FFFFFF"), new XAttribute("width", "100%"), new XAttribute("height", "100%"), new XAttribute("rx", 6)));
        return $"{Start}{svg}\n";
    }

    private static XElement Draw(Chart chart, string id)
    {
        XElement drawn = XDocument.Parse(ChartDrawing.Draw(chart)).Root!;
        var svg = new XElement(s_svg + "svg",
            new XAttribute("xmlns", s_svg.NamespaceName),
            new XAttribute("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {chart.Width} {chart.Height}")),
            new XAttribute("width", chart.Width),
            new XAttribute("height", chart.Height),
            new XAttribute("role", "img"),
            new XAttribute("aria-label", chart.Description),
            drawn.Elements());
        Dictionary<string, string> names = [];
        foreach (XElement element in svg.Descendants().ToArray())
        {
            if (element.Name.LocalName == "text")
            {
                Text(element);
            }

            ChartDashes.Show(element);
            Class(element);
            OwnNames(element, id, names);
            Shorten(element);
        }

        return svg;
    }

    private static void Class(XElement element)
    {
        PlotRole? fill = element.Attribute("fill") is { } inside ? PlotColors.RoleOf(inside.Value) : null;
        PlotRole? stroke = element.Attribute("stroke") is { } outline ? PlotColors.RoleOf(outline.Value) : null;
        string[] classes = [.. new[] { fill is { } f ? PlotColors.FillClass(f) : "", stroke is { } s ? PlotColors.StrokeClass(s) : "" }.Where(name => name.Length > 0)];
        if (classes.Length > 0)
        {
            element.SetAttributeValue("class", string.Join(' ', classes));
        }
    }

    /// <summary>The library numbers what is referred to over all charts of the process: the same chart must be the same text.</summary>
    private static void OwnNames(XElement element, string id, Dictionary<string, string> names)
    {
        if (element.Attribute("id") is { } own)
        {
            own.Value = Own(own.Value);
        }

        if (element.Attribute("clip-path") is { } clip)
        {
            clip.Value = $"url(#{Own(clip.Value[5..^1])})";
        }

        string Own(string name)
        {
            names.TryAdd(name, string.Create(CultureInfo.InvariantCulture, $"{id}-{names.Count}"));
            return names[name];
        }
    }

    private static void Text(XElement element)
    {
        string text = element.Value.Trim();
        element.Value = text;
        element.SetAttributeValue("x", First(element.Attribute("x")));
        element.SetAttributeValue("y", First(element.Attribute("y")));
        element.SetAttributeValue("font-family", $"{PlotFonts.Family}, Helvetica, Arial, sans-serif");
        if (text.Length > 1 && double.TryParse(element.Attribute("font-size")?.Value, CultureInfo.InvariantCulture, out double size))
        {
            bool bold = element.Attribute("font-weight")?.Value is "600" or "700" or "bold";
            element.SetAttributeValue("textLength", PlotFonts.Width(text, size, bold));
            element.SetAttributeValue("lengthAdjust", "spacingAndGlyphs");
        }
    }

    private static string First(XAttribute? positions) => positions?.Value.Split(',')[0].Trim() ?? "0";

    private static void Shorten(XElement element)
    {
        foreach (XAttribute attribute in element.Attributes().Where(attribute => attribute.Name.LocalName is not ("class" or "id" or "clip-path" or "fill" or "stroke" or "font-family" or "aria-label")))
        {
            attribute.Value = LongNumber().Replace(attribute.Value, match => Math.Round(double.Parse(match.Value, CultureInfo.InvariantCulture), 2).ToString(CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex(@"-?\d+\.\d{3,}")]
    private static partial Regex LongNumber();
}
