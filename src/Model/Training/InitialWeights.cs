namespace StreamTrainer.Model.Training;

/// <summary>Weights that a fresh run starts from; a resumed one never reads them again.</summary>
/// <param name="Name">What the recipe calls them.</param>
/// <param name="File">The file that holds them.</param>
/// <param name="ClassNames">The classes in their classifier's order; none where nobody knows.</param>
public sealed record InitialWeights(string Name, string File, IReadOnlyList<string>? ClassNames);
