namespace StreamTrainer.Model.Distributed;

/// <summary>What becomes of batch norm's running statistics, which every rank keeps of its own images (timm's <c>--dist-bn</c>).</summary>
public enum StatisticsUnion
{
    /// <summary>Their mean over the ranks.</summary>
    Reduce,

    /// <summary>Rank 0's.</summary>
    Broadcast,

    /// <summary>Each rank keeps its own; a checkpoint has rank 0's.</summary>
    None,
}
