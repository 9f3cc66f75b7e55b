namespace StreamTrainer.Model.Architectures.Operations;

/// <summary>The non-linearities of the networks.</summary>
internal enum Activation
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x * sigmoid(x).</summary>
    Silu,

    /// <summary>x * Phi(x), with the exact normal distribution.</summary>
    Gelu,
}
