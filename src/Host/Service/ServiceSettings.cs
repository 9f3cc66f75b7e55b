using System.ComponentModel;

namespace StreamTrainer.Host.Service;

/// <summary>The service's settings: the section <c>StreamTrainer</c> of appsettings.json, the variables <c>StreamTrainer__*</c>, and
/// <c>--StreamTrainer:*</c> on the command line (docs/service.md).</summary>
internal sealed class ServiceSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "StreamTrainer";

    [Description("The folder of all runs.")]
    public string Runs { get; set; } = "runs";

    [Description("The service's own files: queue, keys, indexes. By default .service in the folder of all runs.")]
    public string? State { get; set; }

    [Description("Device slots: a number, or the devices by name, as cuda:0,cuda:1. A run holds as many as it has ranks.")]
    public string Slots { get; set; } = "1";

    [Description("The folder of the recipes that can be submitted by name, and that a submitted text may extend.")]
    public string Recipes { get; set; } = "configs";

    [Description("Folders that submitted recipes may read data and weights from. By default the current folder and those that the STREAMTRAINER_* variables name.")]
    public string[]? Roots { get; set; }

    [Description("Beginnings of the addresses that submitted recipes may read data from, as https://data.example/sets/. By default none.")]
    public string[] Addresses { get; set; } = [];

    [Description("How often a run that crashes is started again without having come further.")]
    public int Restarts { get; set; } = 3;

    [Description("Seconds before the first such start; each one after it waits twice as long.")]
    public double BackOffSeconds { get; set; } = 5;

    [Description("Longest such wait, in seconds.")]
    public double LongestBackOffSeconds { get; set; } = 300;

    [Description("Most runs that wait in the queue.")]
    public int Queue { get; set; } = 10_000;

    [Description("Seconds that a run is given to save its state before it is killed, where it was asked to stop.")]
    public double StopSeconds { get; set; } = 300;

    [Description("Whether a stop of the service stops the runs, with a checkpoint; they go on with its next start. Otherwise they go on without it.")]
    public bool StopRuns { get; set; } = true;

    [Description("The program that starts several ranks of a run.")]
    public string Mpirun { get; set; } = "mpirun";

    [Description("Who may do what from where.")]
    public SecuritySettings Security { get; set; } = new();
}
