using System.ComponentModel;

namespace StreamTrainer.Host.Api.Contracts;

/// <summary>A run to be queued. Either <see cref="Recipe"/> or <see cref="Text"/> says what is trained.</summary>
internal sealed record Submission
{
    [Description("A recipe of the server, by its name in the server's folder of recipes, as demo or base/imagenet.yaml.")]
    public string? Recipe { get; init; }

    [Description("A recipe's YAML text; what it extends is of the server's folder of recipes.")]
    public string? Text { get; init; }

    [Description("Another model, with what the recipe's table of models changes for it.")]
    public string? Model { get; init; }

    [Description("Keys to set, as train.epochs=5.")]
    public IReadOnlyList<string> Set { get; init; } = [];

    [Description("The run's name; by default the time and the model's name.")]
    public string? Id { get; init; }

    [Description("Runs of a higher one start before others; -1000 to 1000.")]
    public int Priority { get; init; }

    [Description("Runs that must be complete before it starts.")]
    public IReadOnlyList<string> After { get; init; } = [];

    [Description("What starts it: process, or mpirun for several ranks on the server.")]
    public string? Launch { get; init; }

    [Description("Its processes, of which each holds a slot; more than one by mpirun.")]
    public int? Ranks { get; init; }

    [Description("How often it is started again after a crash without having come further; by default as the server is set.")]
    public int? Restarts { get; init; }

    [Description("Seconds after which it is stopped, with a checkpoint.")]
    public double? TimeLimitSeconds { get; init; }
}

/// <summary>A recipe that was checked and not queued.</summary>
/// <param name="Recipe">The resolved recipe's YAML text.</param>
/// <param name="Model">Its model.</param>
internal sealed record CheckedRecipe(string Recipe, string Model);
