using System.Globalization;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Data sets whose folders are called by their class numbers, as ImageNet-V2's (Recht et al., "Do ImageNet classifiers generalize to
/// ImageNet?", ICML 2019, arXiv 1902.10811): <c>0</c> to <c>999</c>. A class is the number that its name is, whatever place a sorted
/// list gives it (text order has 10 before 2) and though other numbers have no folder.
/// </summary>
public static class NumberedClasses
{
    /// <summary>A source with the samples of <paramref name="source"/> under the numbers that its classes are called by; it disposes of
    /// <paramref name="source"/>.</summary>
    /// <param name="source">The samples.</param>
    /// <param name="classNames">The classes in the order of the classifier.</param>
    /// <param name="places">The classifier's output of each number; as many as there are classes.</param>
    /// <exception cref="UserErrorException">A class is called by no number, or by one that is too large.</exception>
    public static ISampleSource Align(ISampleSource source, IReadOnlyList<string> classNames, IReadOnlyList<int> places)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(places);
        var numbers = new int[source.ClassNames.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            string name = source.ClassNames[i];
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number >= places.Count)
            {
                string where = source.Name;
                source.Dispose();
                throw new UserErrorException($"{where}: has a class '{name}'; its folders are to be called by class numbers, 0 to {places.Count - 1}");
            }

            numbers[i] = places[number];
        }

        return new RelabelledSource(source, classNames, numbers);
    }
}
