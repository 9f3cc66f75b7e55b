using StreamTrainer.Host.Hub;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Commands;

/// <summary>What can be found wrong with a recipe on this machine before a run's directory is made.</summary>
internal static class RunPreflight
{
    /// <summary>Checks that the data exist, and roots the data's paths: a run may be resumed from elsewhere.</summary>
    /// <exception cref="UserErrorException">They do not.</exception>
    public static Recipe Check(LoadedRecipe loaded)
    {
        Recipe recipe = loaded.Recipe;
        CheckExists(loaded, "data.train", recipe.Data.Train);
        if (recipe.Data.Val is { } val)
        {
            CheckExists(loaded, "data.val", val);
        }

        // What is on this disk is named so that a run starts from it wherever it is started; what is not there is said now.
        string? from = recipe.Train.From;
        if (from is not null && (File.Exists(from) || Directory.Exists(from)))
        {
            from = Path.GetFullPath(from);
        }
        else if (from is not null && HubRepository.Parse(from) is null)
        {
            string where = loaded.PlaceOf("train.from") is { } place ? $"{place}: " : "";
            throw new UserErrorException($"{where}train.from: there is no {from}; name a run's directory, a file of weights, or a model of the hub as timm/resnet50.a1_in1k");
        }

        return recipe with
        {
            Train = recipe.Train with { From = from },
            Data = recipe.Data with
            {
                Train = SampleSources.Rooted(recipe.Data.Train),
                Val = recipe.Data.Val is { } path ? SampleSources.Rooted(path) : null,
            },
        };
    }

    /// <summary>Opens the data and checks the recipe against them: a run that they refuse leaves nothing behind.</summary>
    /// <param name="loaded">The recipe as the user wrote it, for what is to be changed in it.</param>
    /// <param name="ready">The same as it will be run.</param>
    /// <param name="error">Gets warnings.</param>
    /// <param name="verbose">Whether it gets more.</param>
    /// <exception cref="UserErrorException">A set cannot be read, or the recipe does not fit it.</exception>
    public static TrainingData Open(LoadedRecipe loaded, Recipe ready, TextWriter error, bool verbose)
    {
        using var display = new PlainProgress(error, ready.Train.Epochs, notesOnly: !verbose);
        try
        {
            return TrainingData.Open(ready, new DisplayLogger(display, verbose));
        }
        catch (UserErrorException refused) when (loaded.PlaceOf(refused.Message.Split(':')[0]) is { } place)
        {
            throw new UserErrorException($"{place}: {refused.Message}", refused);
        }
    }

    /// <summary>As <see cref="Check"/>, for a command that looks at the training set alone.</summary>
    /// <exception cref="UserErrorException">It does not exist.</exception>
    public static Recipe CheckTrain(LoadedRecipe loaded)
    {
        Recipe recipe = loaded.Recipe;
        CheckExists(loaded, "data.train", recipe.Data.Train);
        return recipe with { Data = recipe.Data with { Train = SampleSources.Rooted(recipe.Data.Train) } };
    }

    private static void CheckExists(LoadedRecipe loaded, string key, string path)
    {
        try
        {
            SampleSources.CheckExists(key, path);
        }
        catch (UserErrorException error) when (loaded.PlaceOf(key) is { } place)
        {
            throw new UserErrorException($"{place}: {error.Message}", error);
        }
    }
}
