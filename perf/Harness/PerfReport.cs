using System.Globalization;
using System.Text.Json;

namespace StreamTrainer.Perf.Harness;

/// <summary>How a case's figures are shown.</summary>
internal static class PerfReport
{
    /// <summary>One line: <c>{"case": ..., "figures": {"NAME": {"value": ..., "low": ..., "high": ..., "unit": ...}}}</c>.</summary>
    public static string Json(string name, IReadOnlyList<Figure> figures)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("case", name);
            json.WriteStartObject("figures");
            foreach (Figure figure in figures)
            {
                json.WriteStartObject(figure.Name);
                json.WriteNumber("value", figure.Value);
                json.WriteNumber("low", figure.Low);
                json.WriteNumber("high", figure.High);
                json.WriteString("unit", figure.Unit);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>A table for people.</summary>
    public static void Table(TextWriter output, string name, IReadOnlyList<Figure> figures)
    {
        int width = Math.Max(24, figures.Max(figure => figure.Name.Length) + 2);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name.PadRight(width)}{"median",12}{"low",12}{"high",12}  unit"));
        foreach (Figure figure in figures)
        {
            output.WriteLine($"{figure.Name.PadRight(width)}{Text(figure.Value),12}{Text(figure.Low),12}{Text(figure.High),12}  {figure.Unit}");
        }
    }

    private static string Text(double value) => value.ToString(Math.Abs(value) >= 1000 ? "F0" : "G4", CultureInfo.InvariantCulture);
}
