using System.Globalization;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Training;
using StreamTrainer.Model.Weights;
using StreamTrainer.Pipeline;
using TorchSharp;

namespace StreamTrainer.Host.Commands;

/// <summary>Weights to use a model with: those of a run's checkpoint, or a file's.</summary>
/// <param name="Recipe">The recipe they were trained by.</param>
/// <param name="File">The safetensors file.</param>
/// <param name="ClassNames">The classes in the classifier's order; none where nobody knows.</param>
internal sealed record RunWeights(Recipe Recipe, string File, IReadOnlyList<string>? ClassNames)
{
    /// <summary>The checkpoint with the best evaluation.</summary>
    public const string Best = "best";

    private const string Last = "last";

    /// <summary>Finds them.</summary>
    /// <param name="name">A run's directory or a safetensors file.</param>
    /// <param name="recipe">The recipe; needed for a file.</param>
    /// <param name="checkpoint">best, last or a step.</param>
    /// <param name="raw">The plain weights even where there is an average.</param>
    /// <param name="withData">Whether the recipe's data is used.</param>
    /// <exception cref="UserErrorException">There is nothing of the kind.</exception>
    public static RunWeights Find(string name, string? recipe, string checkpoint, bool raw, bool withData)
    {
        if (System.IO.File.Exists(name))
        {
            return OfFile(name, recipe ?? throw new UserErrorException(
                $"{name}: weights alone do not say what model they are of; name its recipe with --recipe, or a run's directory"), withData);
        }

        RunDirectory run = RunDirectory.Open(name);
        Recipe own = recipe is null ? run.ReadRecipe() : RecipeLoader.Load(recipe, [], withData).Recipe;
        string path = Checkpoint(run, own, checkpoint);
        if (CheckpointStore.Fault(path) is { } fault)
        {
            throw new UserErrorException($"{path}: {fault}; name another one with --checkpoint");
        }

        string average = Path.Combine(path, CheckpointStore.EmaFile);
        string file = !raw && System.IO.File.Exists(average) ? average : Path.Combine(path, CheckpointStore.ModelFile);
        return new RunWeights(own, file, CheckpointStore.ReadProgress(path).ClassNames);
    }

    /// <summary>Weights by themselves. Where they stand in a checkpoint, it still knows the classes.</summary>
    private static RunWeights OfFile(string file, string recipe, bool withData)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        bool ofCheckpoint = System.IO.File.Exists(Path.Combine(folder, CheckpointStore.StateFile));
        return new RunWeights(RecipeLoader.Load(recipe, [], withData).Recipe, file, ofCheckpoint ? CheckpointStore.ReadProgress(folder).ClassNames : null);
    }

    /// <summary>The model with the weights, ready to classify. On the calling thread.</summary>
    /// <param name="classes">The classes, where the weights themselves do not say.</param>
    /// <param name="device">Where it computes.</param>
    public ImageClassifier Load(IReadOnlyList<string> classes, ComputeDevice device)
    {
        ImageClassifier model = ModelRegistry.Create(Recipe.Model, Recipe.Model.NumClasses ?? (ClassNames ?? classes).Count, Recipe.Train.Seed);
        StateDict.Load(model, File);
        if (device.Device.type != DeviceType.CPU)
        {
            model.to(device.Device);
        }

        model.eval();
        return model;
    }

    private static string Checkpoint(RunDirectory run, Recipe recipe, string wish)
    {
        var store = new CheckpointStore(run.CheckpointDirectory, recipe.Checkpoint.Keep);
        string latest = store.Latest() ?? throw new UserErrorException($"{run.Path}: the run has no checkpoint yet");
        switch (wish)
        {
            case Last:
                return latest;
            case Best:
                return CheckpointStore.ReadProgress(latest).BestStep is { } best && store.At(best) is { } path ? path : latest;
            default:
                return long.TryParse(wish, NumberStyles.None, CultureInfo.InvariantCulture, out long step) && store.At(step) is { } at
                    ? at
                    : throw new UserErrorException($"{run.Path}: there is no checkpoint '{wish}'; take best, last, or one of: {string.Join(", ", Steps(store))}");
        }
    }

    private static IEnumerable<string> Steps(CheckpointStore store) =>
        Directory.EnumerateDirectories(store.Directory, "step-*").Select(path => Path.GetFileName(path)[5..].TrimStart('0')).Order(StringComparer.Ordinal);
}
