using System.Globalization;
using StreamTrainer.Host.Reports.Analysis;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Reports.Reading;
using StreamTrainer.Host.Reports.Sections;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Sweeps;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Reports;

/// <summary>From runs to a report. It holds no time of its making: the same runs give the same report, to the byte.</summary>
internal static class ReportMaker
{
    /// <summary>Makes a report.</summary>
    /// <param name="collections">The runs.</param>
    /// <param name="command">The command that makes the report, as it stands in its head.</param>
    /// <param name="baseline">The run whose recipe the others are compared with; null: the first recipe of each collection.</param>
    /// <exception cref="UserErrorException">The baseline is none of the complete runs.</exception>
    public static ReportDocument Make(IReadOnlyList<RunCollection> collections, string command, string? baseline)
    {
        ArgumentNullException.ThrowIfNull(collections);
        string? id = baseline is null ? null : Path.GetFileName(Path.TrimEndingDirectorySeparator(baseline));
        Study[] studies = [.. collections.Select((collection, number) => Study.Of(collection, collections.Count == 1 ? "" : $"c{number + 1}-", id))];
        if (id is not null && !studies.SelectMany(study => study.ScoredRuns).Any(run => run.Id == id))
        {
            throw new UserErrorException($"--baseline: '{baseline}' is none of the complete runs; name one of: {Some([.. studies.SelectMany(study => study.ScoredRuns).Select(run => run.Id)])}");
        }

        List<ReportSection> sections = [];
        foreach (Study study in studies)
        {
            if (studies.Length > 1)
            {
                sections.Add(new ReportSection(study.Collection.Title, [new ReportText(Lead(study))]));
            }

            sections.AddRange(Sections(study, studies.Length > 1 ? 3 : 2));
        }

        sections.Add(MethodSection.Of());
        string title = studies.Length == 1 ? studies[0].Collection.Title : $"{studies.Length} collections of runs";
        return new ReportDocument(title, studies.Length == 1 ? Lead(studies[0]) : "", Facts(studies, command), [.. sections.Where(section => section.Blocks.Count > 0)]);
    }

    private static IEnumerable<ReportSection> Sections(Study study, int level)
    {
        IReadOnlyList<Comparison> comparisons = Comparison.Of(study);
        yield return FindingsSection.Of(study, comparisons, level);
        yield return UnfinishedSection.Of(study, level);
        yield return SeedsSection.Of(study, level);
        yield return ComparisonSection.Of(study, comparisons, level);
        yield return AblationSection.Of(study, level);
        yield return EvaluationsSection.Of(study, level);
        yield return ResourcesSection.Of(study, level);
        yield return PaperSection.Of(study, level);
        yield return CurvesSection.Of(study, level);
        yield return RunsSection.Of(study, level);
    }

    private static string Lead(Study study)
    {
        string[] said = [.. study.Collection.Runs.Select(run => run.Recipe?.Description ?? "").Where(text => text.Length > 0).Distinct(StringComparer.Ordinal)];
        return said.Length == 1 ? said[0] : "";
    }

    private static List<(string Name, string Value)> Facts(IReadOnlyList<Study> studies, string command)
    {
        RunRecord[] runs = [.. studies.SelectMany(study => study.Collection.Runs)];
        List<(string Name, string Value)> facts = [("this page", $"`{command}`")];
        foreach (SweepManifest sweep in studies.SelectMany(study => study.Collection.Sweeps).Where(sweep => sweep.Command.Length > 0))
        {
            facts.Add(("its runs", $"`{sweep.Command}`"));
        }

        Add("runs", string.Join(", ", runs.GroupBy(run => run.Standing).OrderBy(group => group.Key).Select(group => $"{group.Count()} {UnfinishedSection.Words(group.Key)}")));
        Add("training data", Some([.. Different(run => run.Recipe?.Data.Train is { Length: > 0 } data ? Data(data, run.Curves.Started?.TrainSamples) : null)]));
        Add("validation data", Some([.. Different(run => run.Recipe?.Data.Val is { Length: > 0 } data ? Data(data, run.Curves.Started?.ValSamples) : null)]));
        Add("time", Times(runs));
        Add("machine", Some([.. Different(run => run.Environment?.Machine is { Cpu.Length: > 0 } machine ? $"{machine.Cpu}, {Counted.Of(machine.Cores, "core")}" : null)]));
        Add("program", Some([.. Different(run => run.Environment is { } environment ? Program(environment) : null)]));
        return facts;

        void Add(string name, string value)
        {
            if (value.Length > 0)
            {
                facts.Add((name, value));
            }
        }

        IEnumerable<string> Different(Func<RunRecord, string?> of) => runs.Select(of).Where(text => !string.IsNullOrEmpty(text)).Distinct(StringComparer.Ordinal)!;
    }

    private static string Data(string path, long? samples) => $"`{path}`{(samples is > 0 ? string.Create(CultureInfo.InvariantCulture, $", {samples:N0} samples") : "")}";

    private static string Times(RunRecord[] runs)
    {
        DateTime[] starts = [.. runs.Where(run => run.Summary is not null).Select(run => run.Summary!.StartedAt)], ends = [.. runs.Select(run => run.Summary?.FinishedAt).OfType<DateTime>()];
        return starts.Length == 0 ? "" : ends.Length == 0 ? $"from {Minute(starts.Min())}" : $"from {Minute(starts.Min())} to {Minute(ends.Max())}";
    }

    private static string Minute(DateTime time) => time.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Program(RunEnvironment environment)
    {
        string commit = environment.GitCommit is { Length: > 0 } hash ? $", recipe at commit {hash[..Math.Min(10, hash.Length)]}{(environment.GitDirty == true ? " with changes" : "")}" : "";
        string libtorch = environment.Libraries.TryGetValue("libtorch", out string? version) ? $", libtorch {version}" : "";
        return $"StreamTrainer {environment.Version.Split('+')[0]}{libtorch}, {environment.Runtime}{commit}";
    }

    private static string Some(string[] all) => all.Length <= 4 ? string.Join("; ", all) : $"{string.Join("; ", all[..3])}; and {all.Length - 3} others";
}
