using System.Globalization;
using System.Xml.Linq;

namespace StreamTrainer.Host.Reports.Plots;

/// <summary>Dashes of lines. Skia's SVG cannot draw them (it leaves them out, and complains), so a line goes through it with the number of its
/// dashes hidden in the third decimal of its width, and comes out as a line that SVG itself dashes.</summary>
internal static class ChartDashes
{
    private const double Place = 0.001;

    /// <summary>SVG's stroke-dasharray; the first line is unbroken.</summary>
    private static readonly string[] s_dashes = ["", "7 4", "2 3", "9 3 2 3", "4 2", "12 3"];

    /// <summary>A width that holds the number of dashes.</summary>
    /// <param name="width">The width, with two decimals at most.</param>
    /// <param name="dash">From 0; after the last one they begin again.</param>
    public static float Hidden(float width, int dash) => (float)(width + Place * (dash % s_dashes.Length));

    /// <summary>Gives an element the dashes that its width holds.</summary>
    public static void Show(XElement element)
    {
        if (element.Attribute("stroke-width") is not { } attribute || !double.TryParse(attribute.Value, CultureInfo.InvariantCulture, out double hidden))
        {
            return;
        }

        double width = Math.Floor((hidden + Place / 2) * 100) / 100;
        int dash = (int)Math.Round((hidden - width) / Place);
        attribute.Value = width.ToString(CultureInfo.InvariantCulture);
        if (dash > 0 && dash < s_dashes.Length)
        {
            element.SetAttributeValue("stroke-dasharray", s_dashes[dash]);
        }
    }
}
