namespace StreamTrainer.Pipeline.Sources;

/// <summary>Gives a validation set the labels of the training set: a class is its name, not its place in the folder's order.</summary>
public static class ClassMap
{
    /// <summary>A source with the samples of <paramref name="source"/> and the class numbers of <paramref name="train"/>; it
    /// disposes of <paramref name="source"/>.</summary>
    /// <exception cref="UserErrorException">It has a class that <paramref name="train"/> has not.</exception>
    public static ISampleSource Align(ISampleSource source, ISampleSource train)
    {
        ArgumentNullException.ThrowIfNull(train);
        return Align(source, train.ClassNames, train.Name);
    }

    /// <inheritdoc cref="Align(ISampleSource, ISampleSource)"/>
    /// <param name="source">The samples.</param>
    /// <param name="classNames">The classes in the order of the classifier.</param>
    /// <param name="whose">Whose classes these are, for the message.</param>
    public static ISampleSource Align(ISampleSource source, IReadOnlyList<string> classNames, string whose)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(classNames);
        if (source.ClassNames.SequenceEqual(classNames, StringComparer.Ordinal))
        {
            return source;
        }

        Dictionary<string, int> places = classNames.Select((name, place) => (name, place)).ToDictionary(entry => entry.name, entry => entry.place, StringComparer.Ordinal);
        string[] unknown = [.. source.ClassNames.Where(name => !places.ContainsKey(name))];
        if (unknown.Length > 0)
        {
            string more = unknown.Length > 5 ? $" and {unknown.Length - 5} more" : "";
            string message = $"{source.Name}: has classes that {whose} has not: {string.Join(", ", unknown.Take(5).Select(name => $"'{name}'"))}{more}; both need the same class folders";
            source.Dispose();
            throw new UserErrorException(message);
        }

        return new RelabelledSource(source, classNames, [.. source.ClassNames.Select(name => places[name])]);
    }
}
