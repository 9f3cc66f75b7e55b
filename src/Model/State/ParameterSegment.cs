namespace StreamTrainer.Model.State;

/// <summary>Where a parameter lies in flat memory.</summary>
/// <param name="Name">Its name in the state dict.</param>
/// <param name="Shape">Its shape as PyTorch gives it.</param>
/// <param name="Offset">The first element in the flat tensor.</param>
/// <param name="Count">How many elements it has.</param>
public sealed record ParameterSegment(string Name, long[] Shape, long Offset, long Count)
{
    /// <summary>Whether it gets gradients; a frozen one is neither moved nor decayed.</summary>
    public bool IsTrained { get; init; } = true;
}
