namespace StreamTrainer.Model.Optimizers;

/// <summary>How gradients are clipped; timm's names.</summary>
public enum ClipMode
{
    /// <summary>All together are scaled to a largest 2-norm.</summary>
    Norm,

    /// <summary>Each element is limited by itself.</summary>
    Value,
}
