namespace StreamTrainer.Model.Optimizers;

/// <summary>The optimizer; timm's names.</summary>
public enum OptimizerKind
{
    /// <summary>SGD with Nesterov momentum (timm's <c>sgd</c>).</summary>
    Sgd,

    /// <summary>SGD with plain momentum (timm's <c>momentum</c>).</summary>
    Momentum,

    /// <summary>Adam with decoupled weight decay.</summary>
    AdamW,

    /// <summary>LAMB, timm's: the global gradient norm is clipped inside.</summary>
    Lamb,

    /// <summary>LAMB with the trust ratio capped at 1 (timm's <c>lambc</c>).</summary>
    LambC,
}
