namespace StreamTrainer.Pipeline.Sampling;

/// <summary>
/// Uniform draws in order. A struct behind a generic constraint, so that the same transform takes the pure generator in
/// training and fed numbers in a test, at no cost.
/// </summary>
public interface IDraws
{
    /// <summary>The next number, uniform in [0, 1).</summary>
    double Next();
}
