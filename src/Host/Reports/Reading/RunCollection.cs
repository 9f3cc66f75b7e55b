using StreamTrainer.Host.Sweeps;

namespace StreamTrainer.Host.Reports.Reading;

/// <summary>Runs that are compared with each other.</summary>
/// <param name="Title">What they are called.</param>
/// <param name="Runs">The runs, and folders that should be some, in order.</param>
/// <param name="Sweeps">The sweeps that they come from.</param>
internal sealed record RunCollection(string Title, IReadOnlyList<RunRecord> Runs, IReadOnlyList<SweepManifest> Sweeps);
