namespace StreamTrainer.Model.Training;

/// <summary>How a step's batch is divided: into groups, which are mixed by one decision each, and these into micro-batches, each
/// one forward and backward pass. All belong to the recipe, so results do not depend on the machine.</summary>
/// <param name="Batch">Images of a step.</param>
/// <param name="Group">Images of a group; divides the batch. A batch that is smaller than a group is one.</param>
/// <param name="Micro">Images of a pass; divides the group.</param>
public readonly record struct StepSizes(int Batch, int Group, int Micro)
{
    /// <summary>The sizes of a recipe whose rules hold.</summary>
    public static StepSizes Of(TrainOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        int group = Math.Min(options.GroupSize ?? options.BatchSize, options.BatchSize);
        return new StepSizes(options.BatchSize, group, options.MicroBatchSize ?? group);
    }

    /// <summary>Groups of a step.</summary>
    public int Groups => Batch / Group;

    /// <summary>Passes of a step.</summary>
    public int Passes => Batch / Micro;
}
