using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Commands;

/// <summary>What can be found wrong with a recipe on this machine before a run's directory is made.</summary>
internal static class RunPreflight
{
    /// <summary>Checks that the network and the data exist, and roots the data's paths: a run may be resumed from elsewhere.</summary>
    /// <exception cref="UserErrorException">They do not.</exception>
    public static Recipe Check(Recipe recipe)
    {
        if (!ModelRegistry.Names.Contains(recipe.Model.Name))
        {
            throw new UserErrorException($"model.name: there is no '{recipe.Model.Name}'{NearestName.Question(recipe.Model.Name, ModelRegistry.Names)}; known are {string.Join(", ", ModelRegistry.Names)}");
        }

        SampleSources.CheckExists("data.train", recipe.Data.Train);
        if (recipe.Data.Val is { } val)
        {
            SampleSources.CheckExists("data.val", val);
        }

        return recipe with
        {
            Data = recipe.Data with
            {
                Train = SampleSources.Rooted(recipe.Data.Train),
                Val = recipe.Data.Val is { } path ? SampleSources.Rooted(path) : null,
            },
        };
    }
}
