using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Evaluations;

/// <summary>
/// ReaL: what is really to be seen in ImageNet's validation images (Beyer et al., "Are we done with ImageNet?", arXiv 2006.07159), as its
/// authors publish it and score by it: <c>real.json</c>, a list of classes an image, in the order of the numbers in the images' names. An
/// answer that is on the list is right; an image whose list is empty is not counted.
/// </summary>
internal sealed partial class RealLabels
{
    private readonly string _file;
    private readonly int[][] _lists;

    private RealLabels(string file, int[][] lists)
    {
        _file = file;
        _lists = lists;
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or is another.</exception>
    public static RealLabels Read(string file)
    {
        try
        {
            int[][] lists = JsonSerializer.Deserialize(File.ReadAllBytes(file), EvaluationJson.Default.Int32ArrayArray) ?? throw new JsonException("it is empty");
            int image = Array.FindIndex(lists, list => list is null || list.Any(label => label is < 0 or >= ImageNetClasses.Count));
            return image < 0
                ? new RealLabels(file, lists)
                : throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"--real: {file}: the list of image {image + 1} has what is no class of ImageNet's, 0 to {ImageNetClasses.Count - 1}; take real.json of the authors (github.com/google-research/reassessed-imagenet)"));
        }
        catch (JsonException error)
        {
            throw new UserErrorException($"--real: {file} is no list of lists of classes, which ReaL's real.json is: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--real: {file} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The right answers of each image of a source, as the classifier's outputs; an empty list: not to be counted.</summary>
    /// <param name="source">ImageNet's validation images, or some of them.</param>
    /// <param name="outputs">The classifier's output of each class.</param>
    /// <exception cref="UserErrorException">An image's name has no number, or one that has no list.</exception>
    public int[][] Of(ISampleSource source, IReadOnlyList<int> outputs)
    {
        var right = new int[source.Count][];
        for (int i = 0; i < right.Length; i++)
        {
            string path = source.PathOf(i);
            if (Name().Match(path) is not { Success: true } match)
            {
                throw new UserErrorException($"--on real: '{path}' of {source.Name} is not called as ImageNet's validation images are, ILSVRC2012_val_00000001.JPEG; ReaL's labels go by that number");
            }

            int number = int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
            right[i] = number >= 1 && number <= _lists.Length
                ? [.. _lists[number - 1].Select(label => outputs[label])]
                : throw new UserErrorException($"--on real: {_file} has {Counted.Of(_lists.Length, "list")}, and none for '{path}' of {source.Name}; take real.json of the authors (github.com/google-research/reassessed-imagenet)");
        }

        return right;
    }

    [GeneratedRegex(@"ILSVRC2012_val_([0-9]{8})(?![0-9])")]
    private static partial Regex Name();
}
