using StreamTrainer.Host.Recipes;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Evaluations;

/// <summary>A test set: some images and which answers to them are right. The names are the ones in <c>evaluation.json</c>.</summary>
internal static class TestSet
{
    /// <summary>The validation set.</summary>
    public const string Val = "val";

    /// <summary>The validation set's images under ReaL's labels.</summary>
    public const string Real = "real";

    /// <summary>ImageNet-V2.</summary>
    public const string V2 = "v2";

    private static readonly string[] s_all = [Val, Real, V2];

    /// <summary>Reads <c>val,real,v2</c>.</summary>
    /// <exception cref="UserErrorException">One is no test set.</exception>
    public static IReadOnlyList<string> Parse(string text)
    {
        string[] names = [.. text.Split(',', StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];
        foreach (string name in names.Where(name => !s_all.Contains(name, StringComparer.Ordinal)))
        {
            string nearest = NearestName.Question(name, s_all);
            throw new UserErrorException($"--on: there is no test set '{name}'{(nearest.Length > 0 ? nearest : ";")} there are {string.Join(", ", s_all)}");
        }

        return names;
    }

    /// <summary>Whether a set's labels are ImageNet's, so that only a model of ImageNet can be scored on it.</summary>
    public static bool IsImageNets(string set) => set is Real or V2;

    /// <summary>Whose images a set has: ReaL has other labels for the validation set's.</summary>
    public static string ImagesOf(string set) => set == Real ? Val : set;
}
