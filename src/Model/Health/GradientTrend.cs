namespace StreamTrainer.Model.Health;

/// <summary>
/// The gradient norms of the last steps: their running geometric mean, of about the last <see cref="Window"/>. From the
/// <see cref="Least"/>th on a norm that is the recipe's factor above it is an explosion; it counts into the mean as that factor at most,
/// so a single one hardly moves the mean, and a level that stays becomes the new one.
/// </summary>
internal static class GradientTrend
{
    /// <summary>Norms that the mean is of.</summary>
    public const int Window = 100;

    /// <summary>Norms before which nothing is said: the first steps are of all sizes.</summary>
    public const int Least = 20;

    /// <summary>Whether a norm is an explosion.</summary>
    public static bool Explodes(HealthState state, double norm, double factor) =>
        state.Norms >= Least && double.IsFinite(norm) && norm > 0 && Math.Log(norm) >= state.LogNorm + Math.Log(factor);

    /// <summary>The mean with one more norm; one that is no number, or zero, has no part in it.</summary>
    public static HealthState Follow(HealthState state, double norm, double factor)
    {
        if (!double.IsFinite(norm) || norm <= 0)
        {
            return state;
        }

        double log = Math.Log(norm), reach = Math.Log(factor);
        if (state.Norms >= Least)
        {
            log = Math.Clamp(log, state.LogNorm - reach, state.LogNorm + reach);
        }

        int norms = Math.Min(state.Norms + 1, Window);
        return state with { Norms = norms, LogNorm = state.LogNorm + (log - state.LogNorm) / norms };
    }

    /// <summary>The mean as a norm; null while there is none.</summary>
    public static double? Mean(HealthState state) => state.Norms == 0 ? null : Math.Exp(state.LogNorm);
}
