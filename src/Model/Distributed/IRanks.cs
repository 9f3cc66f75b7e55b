using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Model.Distributed;

/// <summary>
/// The processes of a run as its training sees them; one device each. Alone, nothing is done and nothing waited for
/// (<see cref="OneRank"/>). All members are the training thread's, and all ranks call the same ones in the same order.
/// </summary>
public interface IRanks : IDisposable
{
    /// <summary>This process, from 0. Rank 0 writes what the run leaves.</summary>
    int Rank { get; }

    /// <summary>How many there are.</summary>
    int Size { get; }

    /// <summary>This process among those on its host: the number of its GPU.</summary>
    int LocalRank { get; }

    /// <summary>Takes what is trained, before the first step.</summary>
    /// <param name="state">The model and all that goes with it.</param>
    /// <param name="share">This rank's part of a step.</param>
    /// <exception cref="UserErrorException">The ranks' devices do not fit together, or statistics cannot be taken over ranks.</exception>
    void Attach(TrainState state, StepShare share);

    /// <summary>A token that is cancelled on all ranks after the same step, where it was asked for on any.</summary>
    CancellationToken Agree(CancellationToken stop);

    /// <summary>What rank 0 made, on all ranks.</summary>
    byte[] OfFirst(Func<byte[]> make);

    /// <summary>Rank 0's decision.</summary>
    bool Decide(bool own);

    /// <summary>Puts rank 0's tensors in the place of everybody's.</summary>
    void Share(TrainState state);

    /// <summary>A backward pass begins.</summary>
    /// <param name="last">Whether it is the last of the step: gradients may go on their way as they become ready.</param>
    void BackwardBegins(bool last);

    /// <summary>Makes of the gradients their sum over the ranks.</summary>
    void SumGradients();

    /// <summary>The end of a step: whether any rank was asked to stop becomes known to all.</summary>
    /// <returns>The sum of the losses.</returns>
    double EndStep(double loss);

    /// <summary>Makes running statistics one over the ranks, as the recipe wants it; before an evaluation.</summary>
    void UniteStatistics(TrainState state);

    /// <summary>The same, and looks whether all ranks have the same weights; before a checkpoint.</summary>
    /// <exception cref="RunFailedException">They have not.</exception>
    void Unite(TrainState state, long step);

    /// <summary>Between two batches of an evaluation: whether any rank was asked to stop becomes known to all.</summary>
    void Meet();

    /// <summary>Sums over the ranks.</summary>
    void Sum(Span<double> values);
}
