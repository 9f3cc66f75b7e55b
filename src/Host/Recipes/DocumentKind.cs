namespace StreamTrainer.Host.Recipes;

/// <summary>A kind of YAML file that users write, as error messages speak of it.</summary>
/// <param name="Noun">What it is called.</param>
/// <param name="Example">A line of one.</param>
internal sealed record DocumentKind(string Noun, string Example)
{
    /// <summary>A recipe.</summary>
    public static DocumentKind Recipe { get; } = new("recipe", "train: {epochs: 10}");

    /// <summary>A sweep.</summary>
    public static DocumentKind Sweep { get; } = new("sweep", "grid: {train.seed: 0..9}");
}
