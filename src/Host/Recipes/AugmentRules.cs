using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Policies;

namespace StreamTrainer.Host.Recipes;

/// <summary>What the augmentations after the crop must be together; see <see cref="RecipeRules"/>.</summary>
internal static class AugmentRules
{
    private static readonly AugmentOptions s_defaults = new();

    /// <summary>Checks; each fault with the keys it is about.</summary>
    public static void Check(Recipe recipe, Action<string[], string> fault)
    {
        AugmentOptions augment = recipe.Augment;
        if (augment.AutoAugment is { } policy)
        {
            CheckPolicy(augment, policy, fault);
        }

        if (augment.Lighting > 0 && !recipe.Mix.Floats && (recipe.Mix.Mixup > 0 || recipe.Mix.Cutmix > 0))
        {
            fault(["augment.lighting", "mix.mixup", "mix.cutmix"],
                "shifts whole images after they are mixed, which is not what it is for; set it to 0, or mix.mixup and mix.cutmix, or mix.floats to true");
        }

        if (augment.ErasingProb == 0)
        {
            const string Fix = "has no effect with augment.erasingProb 0; leave it at its default or set augment.erasingProb";
            Unread("augment.erasingMode", augment.ErasingMode != s_defaults.ErasingMode);
            Unread("augment.erasingCount", augment.ErasingCount != s_defaults.ErasingCount);
            Unread("augment.erasingArea", !augment.ErasingArea.SequenceEqual(s_defaults.ErasingArea));
            Unread("augment.erasingRatio", !augment.ErasingRatio.SequenceEqual(s_defaults.ErasingRatio));
            void Unread(string key, bool changed) => RecipeRules.Unread(key, "augment.erasingProb", changed, Fix, fault);
        }

        Ascending("augment.erasingArea", augment.ErasingArea, "area", fault);
        Ascending("augment.erasingRatio", augment.ErasingRatio, "ratio", fault);
    }

    private static void CheckPolicy(AugmentOptions augment, string policy, Action<string[], string> fault)
    {
        if (AugmentPolicies.Fault(policy) is { } wrong)
        {
            string name = policy.Split('-')[0];
            fault(["augment.autoAugment"], $"{wrong}{(AugmentPolicies.Names.Contains(name) ? "" : NearestName.Question(name, AugmentPolicies.Names))}");
        }

        RecipeRules.Unread("augment.colorJitter", "augment.autoAugment", augment.ColorJitter > 0,
            "is off with augment.autoAugment, as in timm; set it to 0 or augment.autoAugment to none", fault);
        if (augment.Interpolation is not (Interpolation.Bilinear or Interpolation.Bicubic or Interpolation.Random))
        {
            fault(["augment.interpolation", "augment.autoAugment"],
                $"{ScalarParsers.EnumName(augment.Interpolation)} cannot turn and shear images, which augment.autoAugment does; allowed with it are bilinear, bicubic and random");
        }
    }

    private static void Ascending(string key, IReadOnlyList<double> range, string what, Action<string[], string> fault)
    {
        if (range[0] > range[1])
        {
            fault([key], $"the smallest {what}, {YamlText.Number(range[0])}, is above the largest, {YamlText.Number(range[1])}; write the smaller first");
        }
    }
}
