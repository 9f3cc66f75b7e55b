using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Host.Models;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Plans;

/// <summary>How many samples a plan counts, and of what; and the set itself where it is here.</summary>
/// <param name="Count">Samples.</param>
/// <param name="Of">Of what set, for people.</param>
/// <param name="Source">The recipe's set, which the caller disposes; none: it cannot be opened here.</param>
/// <param name="Missing">Why it cannot.</param>
internal sealed partial record TrainingSetSize(long Count, string Of, ISampleSource? Source, string? Missing) : IDisposable
{
    private const string ImageNet = "ImageNet-1k";
    // ImageNet-1k has 732 to 1300 a class; what has a few is a sample to try the recipe with.
    private const int FewPerClass = 100;

    /// <summary>Finds it out: <paramref name="asked"/> where it is given; else the recipe's set, or ImageNet-1k where that is a sample of it
    /// or not here.</summary>
    public static TrainingSetSize Find(Recipe recipe, long? asked)
    {
        (ISampleSource? source, string? missing) = Open(recipe.Data.Train);

        return (asked, source) switch
        {
            ({ } count, _) => new(count, "--images", source, missing),
            (null, { } set) when !IsSampleOfImageNet(set) => new(set.Count, set.Name, set, null),
            (null, { } set) => new(PaperCell.ImageNetImages, $"{ImageNet}; {set.Name} has {Counted.Of(set.Count, "image")} of its classes", set, null),
            _ => new(PaperCell.ImageNetImages, $"{ImageNet}; the recipe's set is not here", null, missing),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => Source?.Dispose();

    private static (ISampleSource? Source, string? Missing) Open(string location)
    {
        if (location.Contains("${", StringComparison.Ordinal))
        {
            return (null, $"{location}: the environment variable is not set");
        }

        try
        {
            return (SampleSources.Open(location, NullLogger.Instance), null);
        }
        catch (UserErrorException error)
        {
            return (null, error.Message);
        }
    }

    private static bool IsSampleOfImageNet(ISampleSource set) =>
        set.ClassNames.Count > 0 && set.Count < (long)FewPerClass * set.ClassNames.Count && set.ClassNames.All(name => WordNetName().IsMatch(name));

    /// <summary>ImageNet's classes are called by WordNet's nouns.</summary>
    [GeneratedRegex("^n[0-9]{8}$")]
    private static partial Regex WordNetName();
}
