using System.Globalization;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Model.Distributed;

/// <summary>
/// The part of a step that is one rank's: whole neighbouring groups, or an equal part of one group. Groups and passes keep their
/// numbers in the whole step, so that what is drawn for them is the same for any number of ranks.
/// </summary>
/// <param name="Whole">The step's sizes over all ranks.</param>
/// <param name="Rank">The rank, from 0.</param>
/// <param name="Ranks">How many ranks there are.</param>
public readonly record struct StepShare(StepSizes Whole, int Rank, int Ranks)
{
    /// <summary>Images of the rank.</summary>
    public int Batch => Whole.Batch / Ranks;

    /// <summary>Images of a group, or of the rank's part of one.</summary>
    public int Group => Math.Min(Whole.Group, Batch);

    /// <summary>Images of a whole group, over all ranks that have parts of it.</summary>
    public int WholeGroup => Whole.Group;

    /// <summary>Ranks that have parts of the same group; 1 where a rank has whole ones.</summary>
    public int RanksOfGroup => WholeGroup / Group;

    /// <summary>Images of a pass.</summary>
    public int Micro => Math.Min(Whole.Micro, Group);

    /// <summary>Groups of the rank; 1 where it has a part of one.</summary>
    public int Groups => Batch / Group;

    /// <summary>Passes of the rank.</summary>
    public int Passes => Batch / Micro;

    /// <summary>Passes of the step over all ranks.</summary>
    public int AllPasses => Whole.Batch / Micro;

    /// <summary>A group's number among all of the epoch.</summary>
    /// <param name="batch">The step's number in the epoch.</param>
    /// <param name="group">The group's number on this rank.</param>
    public long GroupOf(long batch, int group) => batch * Whole.Groups + ((long)Rank * Batch + group * Group) / Whole.Group;

    /// <summary>A pass's number among all of the run. Ranks with parts of one pass call it alike.</summary>
    /// <param name="step">The step's number.</param>
    /// <param name="pass">The pass's number on this rank.</param>
    public long PassOf(long step, int pass) =>
        HasPartOfPass ? step * Whole.Passes + (long)Rank * Batch / Whole.Micro : step * AllPasses + Rank * Passes + pass;

    /// <summary>Where one process would make one pass of a group of which this rank has a part: the numbers of its images in the group.
    /// Otherwise none.</summary>
    public IReadOnlyList<long>? RowsOfPass
    {
        get
        {
            StepShare share = this;
            return HasPartOfPass ? [.. Enumerable.Range(0, Batch).Select(row => (long)share.ItemOf(row))] : null;
        }
    }

    private bool HasPartOfPass => Group < Whole.Group && Micro == Group && Whole.Micro == Whole.Group;

    /// <summary>The place in the whole group of a row of this rank's group: of a part of one, half are of the group's head and half of its
    /// tail, as they are dealt (<see cref="RankPartition"/>).</summary>
    /// <param name="row">The row.</param>
    public int ItemOf(int row) => (int)(new RankPartition(Rank, Ranks, Batch, Whole.Groups).PositionOf(0, row) / Whole.Groups);

    /// <summary>The share of a rank.</summary>
    /// <exception cref="UserErrorException">The step cannot be divided so.</exception>
    public static StepShare Of(Recipe recipe, int rank, int ranks)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        StepSizes whole = StepSizes.Of(recipe.Train);
        var share = new StepShare(whole, rank, ranks);
        if (whole.Batch % ranks != 0 || (share.Batch % whole.Group != 0 && whole.Group % share.Batch != 0))
        {
            throw new UserErrorException(Text($"train.batchSize: {whole.Batch} images in groups of {whole.Group} cannot be divided among {ranks} ranks, each of which has whole groups or an equal part of one; start another number of ranks, or change train.batchSize or train.groupSize"));
        }

        if (share.Batch < whole.Group && share.Batch % 2 != 0)
        {
            throw new UserErrorException(Text($"train.batchSize: a rank of {ranks} has {share.Batch} of the {whole.Group} images of a group, and images are mixed in pairs; start a number of ranks that leaves each an even number"));
        }

        if (share.Group % share.Micro != 0)
        {
            throw new UserErrorException(Text($"train.microBatchSize: {whole.Micro} does not divide the {share.Group} images that a rank of {ranks} has of a group; set it to a divisor of {share.Group}"));
        }

        if (recipe.Distributed.SyncBatchNorm && share.RanksOfGroup > 1 && share.Micro < share.Group)
        {
            throw new UserErrorException(Text($"distributed.syncBatchNorm: a pass of train.microBatchSize {whole.Micro} has only a part of the {share.Group} images that a rank of {ranks} has of a group; leave microBatchSize out, or set syncBatchNorm to false"));
        }

        return share;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
