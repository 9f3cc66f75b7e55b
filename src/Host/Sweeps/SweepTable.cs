using System.Globalization;
using StreamTrainer.Host.Progress;

namespace StreamTrainer.Host.Sweeps;

/// <summary>A sweep's runs as a table for people.</summary>
internal static class SweepTable
{
    /// <summary>Writes it.</summary>
    public static void Write(TextWriter output, SweepReport report)
    {
        string[][] rows = [["run", "state", "top-1", "best", "loss", "time", "set"], .. report.Cells.Select(Row)];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            // Numbers to the right, names to the left.
            IEnumerable<string> cells = row.Select((text, column) => column is >= 2 and <= 5 ? text.PadLeft(widths[column]) : text.PadRight(widths[column]));
            output.WriteLine(Printable.Text(string.Join("  ", cells).TrimEnd()));
        }
    }

    private static string[] Row(CellReport cell) =>
    [
        cell.Id, CellStateName(cell.State), Percent(cell.Top1), Percent(cell.BestTop1),
        cell.Loss is { } loss ? loss.ToString("F4", CultureInfo.InvariantCulture) : "",
        cell.WallSeconds is { } seconds ? ProgressText.Duration(seconds) : "",
        SweepCell.Line(cell.Set) + (cell.State == CellState.Failed ? $"  ({cell.Error})" : ""),
    ];

    private static string Percent(double? share) => share is { } value ? (100 * value).ToString("F2", CultureInfo.InvariantCulture) : "";

    private static string CellStateName(CellState state) => Recipes.ScalarParsers.EnumName(state);
}
