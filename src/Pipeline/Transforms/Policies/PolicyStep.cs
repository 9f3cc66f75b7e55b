using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms.Operations;

namespace StreamTrainer.Pipeline.Transforms.Policies;

/// <summary>An operation of a policy, with its probability and magnitude (timm's <c>AugmentOp</c>).</summary>
/// <param name="Operation">Which.</param>
/// <param name="Probability">How often it is applied.</param>
/// <param name="Magnitude">Mean magnitude.</param>
internal sealed record PolicyStep(PixelOperation Operation, double Probability, double Magnitude)
{
    /// <summary>Where timm's magnitudes end by default.</summary>
    private const double MostByDefault = 10.0;

    /// <summary>
    /// Draws whether it is applied, and how. Draws are taken in timm's order: whether (only where the probability is below 1), the
    /// magnitude's noise (two draws for a Gaussian, one for a uniform one), the sign, the filter.
    /// </summary>
    /// <returns>False where it is not applied.</returns>
    public bool Draw<TDraws>(ref TDraws draws, in PolicySettings settings, out OperationCall call)
        where TDraws : struct, IDraws
    {
        call = default;
        if (Probability < 1.0 && draws.Next() > Probability)
        {
            return false;
        }

        double level = Magnitude;
        if (double.IsPositiveInfinity(settings.MagnitudeStd))
        {
            level = Magnitude * draws.Next();
        }
        else if (settings.MagnitudeStd > 0)
        {
            level = Magnitude + Gaussian.Next(ref draws) * settings.MagnitudeStd;
        }

        level = Math.Max(0.0, Math.Min(level, settings.MostMagnitude > 0 ? settings.MostMagnitude : MostByDefault));
        double argument = 0;
        if (Operation.Magnitude is { } magnitude)
        {
            bool other = magnitude.Signed && draws.Next() > 0.5;
            argument = magnitude.Of(level, other, settings.Side);
        }

        Interpolation filter = settings.Interpolation;
        if (Operation.IsGeometric && filter == Interpolation.Random)
        {
            filter = draws.Next() < 0.5 ? Interpolation.Bilinear : Interpolation.Bicubic;
        }

        call = new OperationCall(Operation, argument, filter, Operation.Magnitude is null ? null : level);
        return true;
    }
}
