using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Recipes;

/// <summary>The recipe of weights that come without one: how their architecture wants to see images.</summary>
internal static class DefaultRecipe
{
    /// <summary>For a configuration; its test images where it tells them apart, as timm's validation has it.</summary>
    /// <param name="config">What the weights are of.</param>
    /// <param name="classes">Size of the classifier; none: as many classes as the data has.</param>
    public static Recipe For(ModelConfig config, int? classes)
    {
        var plain = new Recipe();
        return plain with
        {
            Model = plain.Model with { Name = config.Name, NumClasses = classes, InputSize = config.InputSize },
            Augment = plain.Augment with { Size = config.InputSize },
            Data = plain.Data with { Mean = config.Mean, Std = config.Std },
            Eval = plain.Eval with
            {
                Size = config.TestInputSize ?? config.InputSize,
                CropPct = config.TestCropPct ?? config.CropPct,
                Interpolation = config.Interpolation,
            },
        };
    }
}
