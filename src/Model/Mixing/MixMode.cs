namespace StreamTrainer.Model.Mixing;

/// <summary>Who shares a decision; timm's names.</summary>
public enum MixMode
{
    /// <summary>All images of a group.</summary>
    Batch,

    /// <summary>None: each image has its own share, and its own box, of its partner.</summary>
    Elem,

    /// <summary>The two images of a pair, which are each other's partners.</summary>
    Pair,
}
