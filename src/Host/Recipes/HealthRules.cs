using StreamTrainer.Model.Health;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Recipes;

/// <summary>What <c>health</c> must be in itself; see <see cref="RecipeRules"/>.</summary>
internal static class HealthRules
{
    private static readonly HealthOptions s_defaults = new();

    /// <summary>Checks; each fault with the keys it is about.</summary>
    public static void Check(Recipe recipe, Action<string[], string> fault)
    {
        HealthOptions health = recipe.Health;
        if (health.LossNotFinite is HealthAction.Off or HealthAction.Warn)
        {
            fault(["health.lossNotFinite"], $"a loss that is no number cannot be passed over, and this is {ScalarParsers.EnumName(health.LossNotFinite)}; allowed: stop, skip, rollBack");
        }

        if (health.AccuracyCollapse == HealthAction.Skip)
        {
            fault(["health.accuracyCollapse"], "an evaluation has no update to skip; allowed: off, warn, stop, rollBack");
        }

        RecipeRules.Unread("health.explosionFactor", "health.gradientExplosion", health.GradientExplosion == HealthAction.Off && health.ExplosionFactor != s_defaults.ExplosionFactor,
            "has no effect with health.gradientExplosion off; leave it at its default", fault);
        RecipeRules.Unread("health.collapseShare", "health.accuracyCollapse", health.AccuracyCollapse == HealthAction.Off && health.CollapseShare != s_defaults.CollapseShare,
            "has no effect with health.accuracyCollapse off; leave it at its default", fault);
        RecipeRules.Unread("health.maxSkips", "health.lossNotFinite", !health.Skips && health.MaxSkips != s_defaults.MaxSkips,
            "has no effect where nothing is skipped; set health.lossNotFinite or health.gradientExplosion to skip, or leave it at its default", fault);
        const string Never = "has no effect where nothing rolls back; set health.lossNotFinite, health.gradientExplosion or health.accuracyCollapse to rollBack, or leave it at its default";
        RecipeRules.Unread("health.rollBackRate", "health.lossNotFinite", !health.RollsBack && health.RollBackRate != s_defaults.RollBackRate, Never, fault);
        RecipeRules.Unread("health.maxRollBacks", "health.lossNotFinite", !health.RollsBack && health.MaxRollBacks != s_defaults.MaxRollBacks, Never, fault);
    }
}
