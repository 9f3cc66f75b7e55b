using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// AlexNet's lighting noise (Krizhevsky et al., 2012, section 4.1): along the principal components of ImageNet's colours a normal
/// number times the component's eigenvalue is added to all pixels. The sums belong to pixels in 0..1, before normalisation.
/// </summary>
public static class PcaLighting
{
    private static readonly double[] s_values = [0.2175, 0.0188, 0.0045];

    private static readonly double[][] s_vectors = [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]];

    /// <summary>Draws what is added to red, green and blue.</summary>
    /// <param name="draws">Gives two draws a component.</param>
    /// <param name="std">Standard deviation of the components' factors; AlexNet's is 0.1.</param>
    public static (double Red, double Green, double Blue) Draw<TDraws>(ref TDraws draws, double std)
        where TDraws : struct, IDraws
    {
        double first = Gaussian.Next(ref draws) * std, second = Gaussian.Next(ref draws) * std, third = Gaussian.Next(ref draws) * std;
        return Of(first, second, third);
    }

    /// <summary>What is added to red, green and blue for the components' factors.</summary>
    public static (double Red, double Green, double Blue) Of(double first, double second, double third)
    {
        return (Channel(s_vectors[0]), Channel(s_vectors[1]), Channel(s_vectors[2]));

        double Channel(double[] vector) => vector[0] * (first * s_values[0]) + vector[1] * (second * s_values[1]) + vector[2] * (third * s_values[2]);
    }
}
