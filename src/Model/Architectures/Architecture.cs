namespace StreamTrainer.Model.Architectures;

/// <summary>An entry of the registry.</summary>
/// <param name="Config">What it was made for.</param>
/// <param name="Create">Makes one, its weights not yet filled, of a configuration with the name and the classes that are wanted.</param>
internal sealed record Architecture(ModelConfig Config, Func<ModelConfig, ModelOptions, ImageClassifier> Create);
