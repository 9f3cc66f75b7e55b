using StreamTrainer.Model.Training;

namespace StreamTrainer.Model.Health;

/// <summary>
/// Judges every step before its update, and every evaluation. Costs a pass over the flat gradient, where the recipe asks for something
/// that needs its norm and nobody else has computed it. All ranks judge alike. Training thread only.
/// </summary>
/// <param name="options">What is done about what.</param>
public sealed class HealthWatch(HealthOptions options)
{
    /// <summary>How many standard errors an evaluation must lie below what is allowed: a small set scatters.</summary>
    private const double Errors = 5;

    /// <summary>Where it is.</summary>
    public HealthState State { get; set; } = new();

    /// <summary>What is done about what.</summary>
    public HealthOptions Options => options;

    /// <summary>Whether it wants to know the gradient's norm.</summary>
    public bool NeedsNorm => options.GradientExplosion != HealthAction.Off || options.LossNotFinite != HealthAction.Stop;

    /// <summary>Whether a norm is an explosion, as this rank sees it; what one rank sees counts for all.</summary>
    public bool Explodes(double? norm) =>
        options.GradientExplosion != HealthAction.Off && norm is { } known && GradientTrend.Explodes(State, known, options.ExplosionFactor);

    /// <summary>Judges a step whose update is not done yet, and counts it.</summary>
    /// <param name="loss">The step's loss, over all ranks.</param>
    /// <param name="norm">The norm of its gradient; null where nobody computed it.</param>
    /// <param name="explodes">Whether any rank sees an explosion.</param>
    /// <returns>What is wrong; null where nothing is.</returns>
    public StepFault? Judge(double loss, double? norm, bool explodes)
    {
        StepFault? fault = !double.IsFinite(loss) || norm is { } known && !double.IsFinite(known)
            ? new StepFault(HealthKind.LossNotFinite, options.LossNotFinite)
            : explodes ? new StepFault(HealthKind.GradientExplosion, options.GradientExplosion)
            : null;
        if (norm is { } one)
        {
            State = GradientTrend.Follow(State, one, options.ExplosionFactor);
        }

        if (fault is not { Action: HealthAction.Skip } skip)
        {
            State = State.SkippedInARow == 0 ? State : State with { SkippedInARow = 0 };
            return fault;
        }

        if (State.SkippedInARow >= options.MaxSkips)
        {
            return skip with { Action = HealthAction.Stop };
        }

        State = State with { SkippedSteps = State.SkippedSteps + 1, SkippedInARow = State.SkippedInARow + 1 };
        return fault;
    }

    /// <summary>Judges an evaluation.</summary>
    /// <param name="best">The best top-1 before; null where there is none.</param>
    /// <param name="result">The evaluation.</param>
    /// <returns>What is to be done; null where nothing is wrong.</returns>
    public HealthAction? Judge(double? best, EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (options.AccuracyCollapse == HealthAction.Off || best is not { } before || result.Samples == 0)
        {
            return null;
        }

        double least = options.CollapseShare * before;
        double error = Math.Sqrt(least * (1 - least) / result.Samples);
        return result.Top1 < least - Errors * error ? options.AccuracyCollapse : null;
    }
}
