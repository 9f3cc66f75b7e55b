using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service.Catalog;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline.Diagnostics;

namespace StreamTrainer.Host.Api;

/// <summary>What a run waits for, from the end of its event log and from its summary.</summary>
internal static class StallViews
{
    private const int MostSlow = 20;

    // What training is made of; the rest of the time nobody waits for data.
    private static readonly string[] s_besides = ["startup", "evaluation", "checkpoint", RunSummary.LostPhase];

    /// <summary>A run's stalls.</summary>
    public static StallsView Of(RunFacts facts)
    {
        TimesLogged[] recent = [.. facts.Times];
        TimesLogged? last = recent.LastOrDefault();
        RunSummary? summary = facts.Summary;
        int workers = last?.Workers ?? Environment.ProcessorCount, cores = last?.Cores ?? Environment.ProcessorCount;
        return new StallsView
        {
            Now = last is null ? null : Window(last.Phases, last.Stages, last.Stalls, workers, cores),
            All = summary is { Phases.Count: > 0 }
                ? Window(summary.Phases, summary.Stages, summary.Stalls, workers, cores)
                : Window(Sum(recent.Select(times => times.Phases)), Sum(recent.Select(times => times.Stages)), Sum(recent.Select(times => times.Stalls)), workers, cores),
            Pipeline = last is null ? null : new PipelineView(last.Queued, last.QueueCapacity, last.Ready, last.Slots, last.Readers, last.ActiveWorkers, last.Workers, last.Cores),
            Slowest = [.. recent.SelectMany(times => times.Slowest).OrderByDescending(slow => slow.Seconds).DistinctBy(slow => (slow.Index, slow.Stage)).Take(MostSlow)
                .Select(slow => new SlowSampleView(slow.Index, slow.Sample, slow.Stage, slow.Seconds))],
        };
    }

    private static StallWindow Window(
        IReadOnlyDictionary<string, double> phases, IReadOnlyDictionary<string, double> stages, IReadOnlyDictionary<string, double> stalls, int workers, int cores)
    {
        double training = phases.Where(phase => !s_besides.Contains(phase.Key)).Sum(phase => phase.Value);
        var report = new StallReport(
            Enum.GetValues<StallCause>().Select(cause => KeyValuePair.Create(cause, stalls.GetValueOrDefault(cause.Label()))), training, 0, workers, cores);
        return new StallWindow
        {
            Seconds = phases.Values.Sum(),
            Share = report.Share,
            Cause = report.Cause?.Label(),
            Advice = report.Advice,
            Causes = stalls,
            Phases = phases,
            Stages = stages,
        };
    }

    private static Dictionary<string, double> Sum(IEnumerable<IReadOnlyDictionary<string, double>> all) =>
        all.SelectMany(each => each).GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.Sum(entry => entry.Value));
}
