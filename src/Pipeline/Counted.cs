using System.Globalization;

namespace StreamTrainer.Pipeline;

/// <summary>Numbers of things in messages: 1 sample, 2 samples, 0 classes.</summary>
public static class Counted
{
    /// <summary>The number and the noun in the form that goes with it.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">What one is called.</param>
    /// <param name="more">What several are called; by default <paramref name="one"/> and an s.</param>
    public static string Of(long count, string one, string? more = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {Noun(count, one, more)}");

    /// <summary>The noun alone, for where the number is written otherwise.</summary>
    /// <inheritdoc cref="Of"/>
    public static string Noun(long count, string one, string? more = null) => count == 1 ? one : more ?? one + "s";
}
