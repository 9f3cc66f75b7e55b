namespace StreamTrainer.Model.Architectures;

/// <summary>What a network costs.</summary>
/// <param name="Side">Side of the square image that was counted.</param>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="Macs">Multiply-adds for one image: convolutions, linear layers, the products of attention.</param>
/// <param name="Activations">Output elements of the same.</param>
public sealed record ModelCost(int Side, long Parameters, long Macs, long Activations);
