namespace StreamTrainer.Pipeline.Sampling;

/// <summary>A normal number from two uniform ones (Box and Muller, "A note on the generation of random normal deviates", 1958).</summary>
public static class Gaussian
{
    /// <summary>sqrt(-2 ln(1 - a)) cos(2 pi b), of two draws a, b: mean 0, standard deviation 1. The sine's number is not used, so that
    /// nothing is carried from one call to the next.</summary>
    public static double Next<TDraws>(ref TDraws draws)
        where TDraws : struct, IDraws
    {
        double radius = Math.Sqrt(-2.0 * Math.Log(1.0 - draws.Next()));
        return radius * Math.Cos(2.0 * Math.PI * draws.Next());
    }
}
