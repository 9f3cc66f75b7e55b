using ScottPlot;
using SkiaSharp;

namespace StreamTrainer.Host.Reports.Plots;

/// <summary>The fonts of reports, which are in the program: a server has often none, and a chart would have no text.</summary>
internal static class PlotFonts
{
    /// <summary>The family's name. It is the real one: where a picture does not bring the font along, an installed one is taken.</summary>
    public const string Family = "Inter";

    private static readonly Lazy<SKTypeface> s_regular = new(() => Load("Inter-Regular.otf"));
    private static readonly Lazy<SKTypeface> s_bold = new(() => Load("Inter-SemiBold.otf"));
    private static readonly Lazy<bool> s_registered = new(Register);

    /// <summary>Makes the plot library use them; once is enough.</summary>
    public static void Use() => _ = s_registered.Value;

    /// <summary>Width of a text in pixels.</summary>
    public static double Width(string text, double size, bool bold)
    {
        using var font = new SKFont(bold ? s_bold.Value : s_regular.Value, (float)size);
        return font.MeasureText(text);
    }

    /// <summary>A style sheet's rules that bring the fonts along.</summary>
    /// <param name="bold">Whether the bold one is wanted, too.</param>
    public static string FaceRules(bool bold) => Face("Inter-Regular.woff2", 400) + (bold ? Face("Inter-SemiBold.woff2", 600) : "");

    private static string Face(string resource, int weight)
    {
        using Stream stream = Open(resource);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return $"@font-face {{ font-family: {Family}; font-weight: {weight}; src: url(data:font/woff2;base64,{Convert.ToBase64String(bytes)}) format(\"woff2\"); }}\n";
    }

    private static bool Register()
    {
        Fonts.FontResolvers.Insert(0, new Embedded());
        Fonts.Default = Family;
        return true;
    }

    private static SKTypeface Load(string resource)
    {
        using Stream stream = Open(resource);
        return SKTypeface.FromStream(stream) ?? throw new InvalidOperationException($"the font {resource} of this program cannot be read");
    }

    private static Stream Open(string resource) => typeof(PlotFonts).Assembly.GetManifestResourceStream(resource)!;

    private sealed class Embedded : IFontResolver
    {
        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
            fontName == Family ? (weight >= FontWeight.SemiBold ? s_bold.Value : s_regular.Value) : null;

        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
            fontName == Family ? (bold ? s_bold.Value : s_regular.Value) : null;
    }
}
