using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Tests;

namespace StreamTrainer.Pipeline.Tests.Transforms;

/// <summary>Draws from the golden vectors' formula.</summary>
internal struct FedDraws(string name) : IDraws
{
    public int Used { get; private set; }

    public double Next() => NumberFormula.U(name, Used++);
}
