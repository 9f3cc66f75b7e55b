namespace StreamTrainer.Host.Timm;

/// <summary>What becomes of an option of timm's <c>train.py</c>.</summary>
internal enum TimmFate
{
    /// <summary>Keys of the recipe say it.</summary>
    Mapped,

    /// <summary>Nothing of the numbers depends on it, or nothing does unless another option is on: there is nothing to say.</summary>
    NotNeeded,

    /// <summary>There is no such thing here: left at its default it asks for nothing, otherwise it is told.</summary>
    NotMapped,
}

/// <summary>An option of timm's <c>train.py</c>, of its releases 0.5.4 to 1.0: what <c>recipe import</c> and docs/migrating-from-timm.md go by.</summary>
/// <param name="Name">As on its command line, without the dashes in front.</param>
/// <param name="Fate">What becomes of it.</param>
/// <param name="Keys">The recipe's keys; for what is not needed maybe the one that is left at its default.</param>
/// <param name="Note">How they differ, or why there is none.</param>
/// <param name="Default">timm's default (0.9.12), as <c>args.yaml</c> has it: what a missing key means, and what asks for nothing.</param>
internal sealed record TimmOption(string Name, TimmFate Fate, string[] Keys, string Note, string Default)
{
    /// <summary>The key in <c>args.yaml</c>.</summary>
    public string Key => Name.Replace('-', '_');

    /// <summary>Whether a value asks for nothing.</summary>
    /// <param name="value">As the file has it, <c>[]</c> and <c>{}</c> for what is empty.</param>
    public bool AsksForNothing(string value) => value is "null" or "" or "[]" or "{}" || value == Default
        || (double.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out double number)
            && double.TryParse(Default, System.Globalization.CultureInfo.InvariantCulture, out double off) && number == off);
}
