using System.Globalization;
using StreamTrainer.Model.Averaging;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Recipes;

/// <summary>What the averages of the weights must be together with the rest; see <see cref="RecipeRules"/>.</summary>
internal static class AverageRules
{
    private static readonly Recipe s_defaults = new();

    /// <summary>Checks; each fault with the keys it is about.</summary>
    public static void Check(Recipe recipe, Action<string[], string> fault)
    {
        if (recipe.Ema.Decay is null)
        {
            RecipeRules.Unread("ema.warmup", "ema.decay", recipe.Ema.Warmup, "has no effect without ema.decay; set it, or leave ema.warmup at its default", fault);
        }

        CheckSwa(recipe.Swa, recipe.Train.Epochs, fault);
    }

    private static void CheckSwa(SwaOptions swa, int epochs, Action<string[], string> fault)
    {
        if (swa.StartEpoch is not { } start)
        {
            SwaOptions defaults = s_defaults.Swa;
            const string Fix = "has no effect without swa.startEpoch; set it, or leave this at its default";
            RecipeRules.Unread("swa.everyEpochs", "swa.startEpoch", swa.EveryEpochs != defaults.EveryEpochs, Fix, fault);
            RecipeRules.Unread("swa.lr", "swa.startEpoch", swa.Lr is not null, Fix, fault);
            RecipeRules.Unread("swa.annealEpochs", "swa.startEpoch", swa.AnnealEpochs != defaults.AnnealEpochs, Fix, fault);
            RecipeRules.Unread("swa.calibrationImages", "swa.startEpoch", swa.CalibrationImages != defaults.CalibrationImages, Fix, fault);
            return;
        }

        if (start > epochs)
        {
            fault(["swa.startEpoch", "train.epochs"], string.Create(CultureInfo.InvariantCulture,
                $"the mean would begin after {start} epochs, and train.epochs is {epochs}; begin it earlier, or set it to none"));
        }

        if (swa.Lr is null)
        {
            RecipeRules.Unread("swa.annealEpochs", "swa.lr", swa.AnnealEpochs != s_defaults.Swa.AnnealEpochs,
                "has no effect without swa.lr; set it, or leave swa.annealEpochs at its default", fault);
        }
    }
}
