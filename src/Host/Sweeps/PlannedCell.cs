using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Sweeps;

/// <summary>A cell that is to be a run.</summary>
/// <param name="Id">The run's name.</param>
/// <param name="Cell">What it sets.</param>
/// <param name="Recipe">The recipe that this comes to.</param>
/// <param name="RecipePath">The recipe's file.</param>
internal sealed record PlannedCell(string Id, SweepCell Cell, Recipe Recipe, string RecipePath);
