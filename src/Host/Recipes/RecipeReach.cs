namespace StreamTrainer.Host.Recipes;

/// <summary>What a recipe may reach of the machine that reads it: files that it names, and variables of the environment. Who writes a
/// recipe on the command line may reach what its user may; who sends one to a server, what the server allows.</summary>
public abstract class RecipeReach
{
    /// <summary>All that the process may reach.</summary>
    public static RecipeReach Everything { get; } = new Unbounded();

    /// <summary>Why a recipe's file may not be read; null where it may. Asked before it is looked at, so that not even its being there
    /// is told.</summary>
    public abstract string? Refusal(string path);

    /// <summary>An environment variable's value; null where it is not set, or may not be seen.</summary>
    public abstract string? Variable(string name);

    private sealed class Unbounded : RecipeReach
    {
        public override string? Refusal(string path) => null;

        public override string? Variable(string name) => Environment.GetEnvironmentVariable(name);
    }
}
