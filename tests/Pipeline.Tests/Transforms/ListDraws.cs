using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Tests.Transforms;

/// <summary>Draws from a list; behind its end one half.</summary>
internal struct ListDraws(params double[] values) : IDraws
{
    public int Used { get; private set; }

    public double Next() => Used < values.Length ? values[Used++] : After();

    private double After()
    {
        Used++;
        return 0.5;
    }
}
