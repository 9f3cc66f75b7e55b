using StreamTrainer.Model.Training;

namespace StreamTrainer.Model.Distributed;

/// <summary>A process alone: there is nobody to wait for.</summary>
public sealed class OneRank : IRanks
{
    /// <summary>The one instance; it has no state.</summary>
    public static OneRank Instance { get; } = new();

    private OneRank()
    {
    }

    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public int LocalRank => 0;

    /// <inheritdoc/>
    public void Attach(TrainState state, StepShare share) { }

    /// <inheritdoc/>
    public CancellationToken Agree(CancellationToken stop) => stop;

    /// <inheritdoc/>
    public byte[] OfFirst(Func<byte[]> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        return make();
    }

    /// <inheritdoc/>
    public bool Decide(bool own) => own;

    /// <inheritdoc/>
    public void Share(TrainState state) { }

    /// <inheritdoc/>
    public void BackwardBegins(bool last) { }

    /// <inheritdoc/>
    public void SumGradients() { }

    /// <inheritdoc/>
    public double EndStep(double loss) => loss;

    /// <inheritdoc/>
    public void UniteStatistics(TrainState state) { }

    /// <inheritdoc/>
    public void Unite(TrainState state, long step) { }

    /// <inheritdoc/>
    public void Meet() { }

    /// <inheritdoc/>
    public void Sum(Span<double> values) { }

    /// <inheritdoc/>
    public void Dispose() { }
}
