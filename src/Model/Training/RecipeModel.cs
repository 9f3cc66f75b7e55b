using StreamTrainer.Model.Architectures;

namespace StreamTrainer.Model.Training;

/// <summary>What a recipe's sections say of the network together.</summary>
public static class RecipeModel
{
    /// <summary>The network, for images of the size that it is trained on.</summary>
    public static ModelOptions SizedModel(this Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Model with { InputSize = recipe.Model.InputSize ?? recipe.Augment.Size };
    }
}
