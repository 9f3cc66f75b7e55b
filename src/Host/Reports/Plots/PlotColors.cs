using System.Text;

namespace StreamTrainer.Host.Reports.Plots;

/// <summary>
/// The colours of charts. A chart is drawn once, in the light ones; each element has a class that names its role, and a style sheet
/// turns the roles to the dark ones where the reader's system is dark. Print is light. The series differ in lightness as well as in
/// hue and have marks of their own, so that they stay apart for the colour-blind and on a grey printer.
/// </summary>
internal static class PlotColors
{
    /// <summary>How many series have a colour.</summary>
    public const int SeriesCount = 6;

    private static readonly Dictionary<PlotRole, (string Light, string Dark)> s_colors = new()
    {
        [PlotRole.Ink] = ("#1B1F24", "#E7EAED"),
        [PlotRole.Soft] = ("#5C6670", "#9AA5B0"),
        [PlotRole.Grid] = ("#DFE3E8", "#31373E"),
        [PlotRole.Series1] = ("#0B6E99", "#6CC5EA"),
        [PlotRole.Series2] = ("#D1600A", "#F5A561"),
        [PlotRole.Series3] = ("#3A8A5B", "#7BD3A0"),
        [PlotRole.Series4] = ("#6B4BA1", "#BFA2EE"),
        [PlotRole.Series5] = ("#A61E3C", "#F58BA0"),
        [PlotRole.Series6] = ("#8C7313", "#DCC45A"),
    };

    /// <summary>The colour that a role is drawn in.</summary>
    public static string Light(PlotRole role) => s_colors[role].Light;

    /// <summary>The role that a colour stands for; null: none.</summary>
    public static PlotRole? RoleOf(string color) => s_colors.Where(pair => string.Equals(pair.Value.Light, color, StringComparison.OrdinalIgnoreCase))
        .Select(pair => (PlotRole?)pair.Key).FirstOrDefault();

    /// <summary>The role of a series by its number; after the last one they begin again.</summary>
    public static PlotRole Series(int number) => PlotRole.Series1 + number % SeriesCount;

    /// <summary>The class of an element that is filled in a role's colour.</summary>
    public static string FillClass(PlotRole role) => "f" + Suffix(role);

    /// <summary>The class of an element that is outlined in it.</summary>
    public static string StrokeClass(PlotRole role) => "s" + Suffix(role);

    /// <summary>The rules that make charts dark.</summary>
    public static string DarkRules()
    {
        var rules = new StringBuilder("@media screen and (prefers-color-scheme: dark) {\n");
        foreach ((PlotRole role, (_, string dark)) in s_colors)
        {
            rules.Append("  .").Append(FillClass(role)).Append(" { fill: ").Append(dark).Append("; } .").Append(StrokeClass(role)).Append(" { stroke: ").Append(dark).Append("; }\n");
        }

        return rules.Append("}\n").ToString();
    }

    private static string Suffix(PlotRole role) => role >= PlotRole.Series1 ? $"{role - PlotRole.Series1 + 1}" : $"-{role.ToString().ToLowerInvariant()}";
}
