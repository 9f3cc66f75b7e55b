namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>A layer that does something else in training than in an evaluation.</summary>
internal interface IFreezable
{
    /// <summary>Whether it does in training what it does in an evaluation: batch norm uses its running statistics and keeps them, drop
    /// path leaves nothing out.</summary>
    bool Frozen { get; set; }
}
