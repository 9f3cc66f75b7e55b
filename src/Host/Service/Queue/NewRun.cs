using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Service.Queue;

/// <summary>A run that is submitted: checked, and not in a directory yet.</summary>
/// <param name="Id">Its name; null: the time and the model's name.</param>
/// <param name="Recipe">The resolved recipe.</param>
/// <param name="Ticket">How it is to be queued.</param>
/// <param name="Environment">What the service noted of itself.</param>
internal sealed record NewRun(string? Id, Recipe Recipe, RunTicket Ticket, RunEnvironment Environment);

/// <summary>What became of it.</summary>
/// <param name="Id">The run's name.</param>
/// <param name="Created">Whether it is new; otherwise it was submitted with the same key before.</param>
internal readonly record struct Submitted(string Id, bool Created);
