using StreamTrainer.Model.Losses;
using StreamTrainer.Pipeline.Batching;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Training;

/// <summary>Looks into one step of a training: the loss of every row of its batch, and what the step came to. Training thread only.</summary>
/// <param name="step">The step, from 0.</param>
public sealed class StepProbe(long step)
{
    private readonly List<double> _losses = [];

    /// <summary>The step, from 0.</summary>
    public long Step => step;

    /// <summary>The samples of the rows, by their indices in the source.</summary>
    public IReadOnlyList<long> Samples { get; private set; } = [];

    /// <summary>The loss of each row by itself, in their order: of mixed images and targets, where they are mixed.</summary>
    public IReadOnlyList<double> Losses => _losses;

    /// <summary>What the step came to; null before it.</summary>
    public StepOutcome? Outcome { get; private set; }

    /// <summary>The step's learning rate.</summary>
    public double LearningRate { get; private set; }

    /// <summary>A step begins.</summary>
    /// <returns>Whether it is the one that is looked into.</returns>
    internal bool Begins(long number, Batch batch)
    {
        if (number != step)
        {
            return false;
        }

        Samples = batch.Indices[..batch.Count];
        _losses.Clear();
        return true;
    }

    /// <summary>Some of its rows went forward.</summary>
    internal void Passed(ILoss loss, Tensor logits, Targets targets)
    {
        using var guard = no_grad();
        for (long row = 0; row < logits.shape[0]; row++)
        {
            using var scope = NewDisposeScope();
            _losses.Add(loss.Forward(logits.narrow(0, row, 1), targets.Rows(row, 1)).to(ScalarType.Float64).item<double>());
        }
    }

    /// <summary>It is over.</summary>
    internal void Ends(StepOutcome outcome, double learningRate) => (Outcome, LearningRate) = (outcome, learningRate);
}
