using System.Globalization;

namespace StreamTrainer.Host.Reports.Document;

/// <summary>A cell: what a reader sees, and the number behind it.</summary>
/// <param name="Text">As it is printed; empty: nothing is known.</param>
/// <param name="Value">In the unit of the column, not rounded; null for words.</param>
internal readonly record struct ReportCell(string Text, double? Value = null)
{
    /// <summary>Nothing.</summary>
    public static ReportCell Empty { get; } = new("");

    /// <summary>Words.</summary>
    public static ReportCell Of(string? text) => new(text ?? "");

    /// <summary>A number with so many decimals.</summary>
    public static ReportCell Of(double? value, int decimals) => value is { } number ? new(Numbers.Fixed(number, decimals), number) : Empty;

    /// <summary>A number with its sign, also where it is positive.</summary>
    public static ReportCell Signed(double? value, int decimals) => value is { } number ? new(Numbers.Signed(number, decimals), number) : Empty;

    /// <summary>A whole number, with groups of three digits.</summary>
    public static ReportCell Whole(long? value) => value is { } number ? new(number.ToString("N0", CultureInfo.InvariantCulture), number) : Empty;
}
