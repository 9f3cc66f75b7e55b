namespace StreamTrainer.Host.Recipes;

/// <summary>Lists of a type that is known only when the program runs.</summary>
internal static class ValueLists
{
    /// <summary>A <see cref="ValueList{T}"/> of <paramref name="element"/>.</summary>
    public static object Of(Type element, IEnumerable<object> items)
    {
        object[] source = [.. items];
        var typed = Array.CreateInstance(element, source.Length);
        source.CopyTo(typed, 0);
        return Activator.CreateInstance(typeof(ValueList<>).MakeGenericType(element), typed)!;
    }
}
