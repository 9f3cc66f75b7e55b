namespace StreamTrainer.Host.Recipes;

/// <summary>Where something stands that the user wrote: a line of a file, or an override on the command line.</summary>
/// <param name="Source">The file as the user named it, or the whole <c>--set a.b=c</c>.</param>
/// <param name="Line">The line, from 1; 0 where the source has no lines.</param>
/// <param name="Column">The column, from 1; 0 where it is not known.</param>
internal sealed record Place(string Source, int Line, int Column)
{
    /// <summary>As error messages begin: <c>file:line</c>, or the override.</summary>
    public override string ToString() =>
        Line == 0 ? Source : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Source}:{Line}");
}
