using System.CommandLine;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Reports;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Reports.Reading;
using StreamTrainer.Host.Reports.Sections;
using StreamTrainer.Host.Reports.Writing;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>report RUN|SWEEP|FOLDER…</c>: what runs come to, and what is noise.</summary>
internal static class ReportCommand
{
    private const string DefaultPage = "report.html";

    public static Command Create(CommandOutput output)
    {
        Argument<string[]> names = SharedOptions.Argument<string[]>("RUN|SWEEP|FOLDER", "Directories of runs or sweeps, which are compared with each other; or a folder that holds them, as runs.");
        names.Arity = ArgumentArity.OneOrMore;
        Option<string[]> files = new("--out")
        {
            Description = $"The report, by its end a page (.html, everything in it), Markdown with pictures beside it (.md) or all values (.csv); may be given several times; by default {DefaultPage}.",
            HelpName = "FILE",
            DefaultValueFactory = _ => [DefaultPage],
        };
        Option<string?> baseline = SharedOptions.Text("--baseline", "RUN", "A run of the recipe that the others are compared with; by default the first recipe.");
        var command = new Verb("report", """
            Writes a report: statistics over seeds, comparisons with intervals and the seeds that they would need, ablations, curves,
            resources. Runs that are not complete or cannot be read are listed with the reason; with one that cannot be read it ends with 1.
            """,
            "report runs --out report.html",
            "report runs/seeds-small --out seeds.html --out seeds.csv",
            "report runs/first runs/second --baseline runs/second --out compared.md")
        { names, files, baseline };
        command.SetAction(parsed =>
        {
            string[] from = parsed.GetRequiredValue(names), to = [.. parsed.GetRequiredValue(files).Distinct(StringComparer.Ordinal)];
            Array.ForEach(to, ReportFiles.Check);
            IReadOnlyList<RunCollection> collections = ReportSources.Read(from);
            ReportDocument document = ReportMaker.Make(collections, Line(from, parsed.GetValue(baseline), to), parsed.GetValue(baseline));
            foreach (string file in to)
            {
                ReportFiles.Write(document, file);
            }

            return Tell(output, collections, document, to);
        });
        return command;
    }

    private static int Tell(CommandOutput output, IReadOnlyList<RunCollection> collections, ReportDocument document, string[] files)
    {
        foreach (string sentence in document.Sections.Where(section => section.Title == FindingsSection.Title).SelectMany(section => section.Blocks).OfType<ReportList>().SelectMany(list => list.Items))
        {
            output.Out.WriteLine(Printable.Text(sentence));
        }

        RunRecord[] runs = [.. collections.SelectMany(collection => collection.Runs).Where(run => run.Standing != RunStanding.NoRun)];
        output.Out.WriteLine(Printable.Text($"{string.Join(", ", files)}: {Counted.Of(runs.Length, "run")}, {runs.Count(run => run.Standing == RunStanding.Completed)} complete"));
        RunRecord[] broken = [.. runs.Where(run => run.Standing == RunStanding.Broken)];
        foreach (RunRecord run in broken)
        {
            output.Error.WriteLine(Printable.Text($"{run.Path} cannot be read: {run.Reason}"));
        }

        return broken.Length == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    /// <summary>The command as it can be given again.</summary>
    private static string Line(string[] from, string? baseline, string[] to) => string.Join(' ',
        [CommandLine.Name, "report", .. from.Select(Quoted), .. baseline is null ? Array.Empty<string>() : ["--baseline", Quoted(baseline)], .. to.SelectMany(file => new[] { "--out", Quoted(file) })]);

    private static string Quoted(string word) =>
        word.All(letter => char.IsLetterOrDigit(letter) || "/._-+=,:@%".Contains(letter, StringComparison.Ordinal)) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
