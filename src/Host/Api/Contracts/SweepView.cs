using System.ComponentModel;
using System.Text.Json;

namespace StreamTrainer.Host.Api.Contracts;

/// <summary>A sweep: runs of one recipe that differ in some keys.</summary>
internal sealed record SweepView
{
    [Description("The sweep's folder.")]
    public required string Id { get; init; }

    [Description("Its name.")]
    public required string Name { get; init; }

    [Description("The recipe that its runs are made of.")]
    public required string Recipe { get; init; }

    [Description("When it was made.")]
    public required DateTime Created { get; init; }

    [Description("How many runs it has.")]
    public required int Count { get; init; }

    [Description("How many of them are complete.")]
    public required int Completed { get; init; }

    [Description("Its runs; absent in a list of sweeps.")]
    public IReadOnlyList<SweepCellView>? Cells { get; init; }
}

/// <summary>A run of a sweep.</summary>
/// <param name="Set">What it sets of the recipe's keys.</param>
/// <param name="Id">The run's name.</param>
/// <param name="Run">The run; absent where it was not made yet.</param>
internal sealed record SweepCellView(string Id, IReadOnlyDictionary<string, JsonElement> Set, RunView? Run);
