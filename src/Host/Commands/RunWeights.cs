using System.Globalization;
using StreamTrainer.Host.Hub;
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
/// <param name="File">The file.</param>
/// <param name="ClassNames">The classes in the classifier's order; none where nobody knows.</param>
/// <param name="AreOfARun">Whether the classes are those of the data that a run saw, so that other data must have the same.</param>
internal sealed record RunWeights(Recipe Recipe, string File, IReadOnlyList<string>? ClassNames, bool AreOfARun)
{
    /// <summary>The checkpoint with the best evaluation.</summary>
    public const string Best = "best";

    private const string Last = "last";

    /// <summary>The run's directory; none: they are no run's.</summary>
    public string? Run { get; init; }

    /// <summary>What to call them among others of the same run: best, last, a step; by themselves, after their file.</summary>
    public string Label { get; init; } = Path.GetFileNameWithoutExtension(File);

    /// <summary>Finds them.</summary>
    /// <param name="name">A run's directory, a file, or a model of the hub.</param>
    /// <param name="recipe">The recipe; a file needs it, or an architecture.</param>
    /// <param name="model">The architecture of a file without a recipe.</param>
    /// <param name="checkpoint">best, last or a step.</param>
    /// <param name="raw">The plain weights even where there is an average.</param>
    /// <param name="withData">Whether the recipe's data is used.</param>
    /// <param name="note">Told what is downloaded.</param>
    /// <exception cref="UserErrorException">There is nothing of the kind.</exception>
    public static RunWeights Find(string name, string? recipe, string? model, string checkpoint, bool raw, bool withData, Action<string> note)
    {
        if (recipe is not null && model is not null)
        {
            throw new UserErrorException("--recipe and --model both say what the model is; leave one of them out");
        }

        if (System.IO.File.Exists(name))
        {
            return OfFile(name, recipe, model, withData);
        }

        if (!Directory.Exists(name) && HubRepository.Parse(name) is { } repository)
        {
            HubModel found = HubModel.Fetch(repository, HubSettings.FromEnvironment(), note);
            Recipe its = recipe is null ? DefaultRecipe.For(found.Config, found.Config.NumClasses) : RecipeLoader.Load(recipe, [], withData).Recipe;
            return new RunWeights(its, found.Weights, found.ClassNames, AreOfARun: false) { Label = repository.Name };
        }

        if (model is not null)
        {
            throw new UserErrorException($"--model is for a file of weights, and {name} is none: a run knows its model");
        }

        RunDirectory run = RunDirectory.Open(name);
        Recipe own = recipe is null ? run.ReadRecipe() : RecipeLoader.Load(recipe, [], withData).Recipe;
        string path = Checkpoint(run, own, checkpoint);
        if (CheckpointStore.Fault(path) is { } fault)
        {
            throw new UserErrorException($"{path}: {fault}; name another one with --checkpoint");
        }

        TrainProgress progress = CheckpointStore.ReadProgress(path);
        return new RunWeights(own, Path.Combine(path, raw ? CheckpointStore.ModelFile : Result(path, progress)), progress.ClassNames, AreOfARun: true) { Run = run.Path, Label = raw ? $"{checkpoint}-raw" : checkpoint };
    }

    /// <summary>The file of a checkpoint that is its result: the last average that it has. A run that was stopped before the mean's batch
    /// norm was measured has no mean yet.</summary>
    private static string Result(string checkpoint, TrainProgress progress) =>
        progress.SwaModels > 0 && progress.SwaCalibrated == progress.SwaModels ? CheckpointStore.SwaFile
        : System.IO.File.Exists(Path.Combine(checkpoint, CheckpointStore.EmaFile)) ? CheckpointStore.EmaFile
        : CheckpointStore.ModelFile;

    /// <summary>The weights that a name means, whatever they are of, for a run to start from.</summary>
    /// <exception cref="UserErrorException">There is nothing of the kind.</exception>
    public static InitialWeights ToStartFrom(string name, Action<string> note)
    {
        if (System.IO.File.Exists(name))
        {
            return new InitialWeights(name, name, ClassesBeside(name));
        }

        if (!Directory.Exists(name) && HubRepository.Parse(name) is { } repository)
        {
            HubModel model = HubModel.Fetch(repository, HubSettings.FromEnvironment(), note);
            return new InitialWeights(name, model.Weights, model.ClassNames);
        }

        RunWeights found = Find(name, null, null, Best, raw: false, withData: false, note);
        return new InitialWeights(name, found.File, found.ClassNames);
    }

    /// <summary>Where a file of weights stands in a checkpoint, that still knows the classes.</summary>
    private static IReadOnlyList<string>? ClassesBeside(string file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        return System.IO.File.Exists(Path.Combine(folder, CheckpointStore.StateFile)) ? CheckpointStore.ReadProgress(folder).ClassNames : null;
    }

    /// <summary>Weights by themselves.</summary>
    private static RunWeights OfFile(string file, string? recipe, string? model, bool withData)
    {
        Recipe its = recipe is not null ? RecipeLoader.Load(recipe, [], withData).Recipe
            : model is not null ? OfArchitecture(file, model)
            : throw new UserErrorException($"{file}: weights alone do not say what model they are of; name its recipe with --recipe, its architecture with --model, or a run's directory");
        IReadOnlyList<string>? classes = ClassesBeside(file);
        return new RunWeights(its, file, classes, AreOfARun: classes is not null);
    }

    /// <summary>The architecture's own recipe, for as many classes as the file's classifier has.</summary>
    private static Recipe OfArchitecture(string file, string name)
    {
        ModelConfig config = ModelRegistry.ConfigOf(name);
        using var scope = torch.NewDisposeScope();
        using ImageClassifier model = ModelRegistry.CreateUnfilled(new ModelOptions { Name = name }, config.NumClasses);
        return DefaultRecipe.For(config, WeightsFile.Read(file).TryGetValue($"{model.ClassifierName}.weight", out torch.Tensor? classifier) ? (int)classifier.shape[0] : config.NumClasses);
    }

    /// <summary>How many classes the model tells apart.</summary>
    /// <param name="classes">The classes, where the weights themselves do not say.</param>
    public int OutputsFor(IReadOnlyList<string> classes) => Recipe.Model.NumClasses ?? (ClassNames ?? classes).Count;

    /// <summary>The model with the weights, ready to classify. On the calling thread.</summary>
    /// <param name="classes">The classes, where the weights themselves do not say.</param>
    /// <param name="device">Where it computes.</param>
    public ImageClassifier Load(IReadOnlyList<string> classes, ComputeDevice device)
    {
        ImageClassifier model = ModelRegistry.CreateUnfilled(Recipe.SizedModel(), OutputsFor(classes));
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
