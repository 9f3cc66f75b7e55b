using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Statistics;
using StreamTrainer.Host.Sweeps;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.Reports;

/// <summary><c>report</c>: what is told of runs, in all forms, and what is told of those that are not done.</summary>
public sealed partial class ReportTests : IDisposable
{
    private static readonly double[] s_first = [0.801, 0.799, 0.806, 0.803, 0.797], s_second = [0.812, 0.815, 0.809, 0.811, 0.816];

    private readonly TemporaryFolder _folder = new();

    private string Runs => _folder["runs"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_table_of_values_is_what_the_statistics_are()
    {
        TwoRecipes();
        (int code, string output, string error) = Report(Runs, "--out", _folder["r.csv"]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("lr 0.2 against A: better by 1.14 points", output, StringComparison.Ordinal);
        ValueTable values = Values("r.csv");
        double[] one = [.. s_first.Select(score => 100 * score)], other = [.. s_second.Select(score => 100 * score)];
        foreach ((string name, double[] scores) in new[] { ("lr 0.1 (A) / validation", one), ("lr 0.2 / validation", other) })
        {
            SeedStatistics expected = SeedStatistics.Of(scores);
            Assert.Equal(expected.Mean, Number(values["seeds", name, "mean"]), 1e-9);
            Assert.Equal(expected.Deviation!.Value, Number(values["seeds", name, "std"]), 1e-9);
            Assert.Equal(expected.Maximum, Number(values["seeds", name, "max"]), 1e-9);
            Assert.Equal(expected.Minimum, Number(values["seeds", name, "min"]), 1e-9);
            Assert.Equal(scores[0], Number(values["seeds", name, "seed 0"]), 1e-9);
        }

        var welch = MeanDifference.Welch(one, other);
        Assert.Equal(welch.Difference, Number(values["comparison", "lr 0.2", "B − A"]), 1e-9);
        Assert.Equal(welch.Probability, Number(values["comparison", "lr 0.2", "p"]), 1e-12);
        double deviation = Math.Sqrt((SeedStatistics.Variance(one) + SeedStatistics.Variance(other)) / 2);
        Assert.Equal(SeedPower.Seeds(welch.Difference, deviation)!.Value, Number(values["comparison", "lr 0.2", "seeds to know"]));
        var paired = MeanDifference.Paired([.. other.Zip(one, (b, a) => b - a)]);
        Assert.Equal("5", values["ablation", "lr 0.1 to 0.2", "pairs"]);
        Assert.Equal(paired.Difference, Number(values["ablation", "lr 0.1 to 0.2", "difference"]), 1e-9);
        Assert.Equal(paired.Probability, Number(values["ablation", "lr 0.1 to 0.2", "p"]), 1e-12);
        // Every point of a curve is there, and every run.
        Assert.Equal(100 * s_first[3], Number(values["curves/top1", "a-3", "3"]), 1e-9);
        Assert.Equal(10, values.Keys.Count(key => key is ("runs", _, "top-1 (%)")));
    }

    [Fact]
    public void The_page_is_whole_and_needs_nothing_from_elsewhere()
    {
        TwoRecipes();
        Assert.Equal(0, Report(Runs, "--out", _folder["r.html"]).Code);
        string page = File.ReadAllText(_folder["r.html"]);
        XElement[] charts = [.. Svg().Matches(page).Select(match => XElement.Parse(match.Value))];
        Assert.Equal(9, charts.Length);
        // Well-formed: but for what HTML leaves open, it is XML.
        string body = page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)].Replace("&nbsp;", " ", StringComparison.Ordinal);
        var whole = XElement.Parse(body);
        Assert.Equal(whole.Descendants().Attributes("id").Count(), whole.Descendants().Attributes("id").Select(id => id.Value).Distinct().Count());
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("(src|href)\\s*=|url\\((?!data:|#)|@import", page);
        Assert.DoesNotContain("http", page.Replace("http-equiv", "", StringComparison.Ordinal).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("src: url(data:font/woff2;base64,", page, StringComparison.Ordinal);
        Assert.Contains($"<code>streamtrainer report {Runs} --out {_folder["r.html"]}</code>", page, StringComparison.Ordinal);
        // Every clip path that is asked for is there, once.
        string[] clips = [.. whole.Descendants().Attributes("clip-path").Select(clip => clip.Value[5..^1]).Distinct()];
        Assert.NotEmpty(clips);
        Assert.All(clips, clip => Assert.Single(whole.Descendants().Attributes("id"), id => id.Value == clip));
    }

    [Fact]
    public void Charts_are_light_and_dark_and_have_their_texts()
    {
        TwoRecipes();
        Assert.Equal(0, Report(Runs, "--out", _folder["r.html"], "--out", _folder["r.md"]).Code);
        string page = File.ReadAllText(_folder["r.html"]);
        string dark = page[page.IndexOf("@media screen and (prefers-color-scheme: dark) {\n  .f", StringComparison.Ordinal)..page.IndexOf("</style>", StringComparison.Ordinal)];
        XElement[] charts = [.. Svg().Matches(page).Select(match => XElement.Parse(match.Value))];
        Assert.All(charts, chart =>
        {
            // All that is painted has a role, whose class the dark rules know.
            XElement[] painted = [.. chart.Descendants().Where(element => Paints(element, "fill") || Paints(element, "stroke"))];
            Assert.NotEmpty(painted);
            Assert.All(painted, element => Assert.All(element.Attribute("class")!.Value.Split(' '), name => Assert.Contains($".{name} {{", dark, StringComparison.Ordinal)));
            XElement[] texts = [.. chart.Descendants().Where(element => element.Name.LocalName == "text")];
            Assert.Contains(texts, text => text.Value.Contains("top-1", StringComparison.Ordinal) || text.Value.Contains("loss", StringComparison.Ordinal));
            Assert.All(texts, text => Assert.Matches(@"^-?[\d.]+$", text.Attribute("x")!.Value));
        });
        Assert.Contains(charts, chart => chart.Descendants().Attributes("stroke-dasharray").Any());
        string[] pictures = [.. Picture().Matches(File.ReadAllText(_folder["r.md"])).Select(match => match.Groups[1].Value)];
        Assert.Equal(charts.Length, pictures.Length);
        Assert.All(pictures, picture =>
        {
            string text = File.ReadAllText(_folder[picture]);
            Assert.Contains("prefers-color-scheme: dark", text, StringComparison.Ordinal);
            Assert.NotNull(XDocument.Parse(text).Root);
        });
        Assert.Equal(pictures.Order(), Directory.GetFiles(_folder["r"]).Select(file => $"r/{Path.GetFileName(file)}").Order());
    }

    /// <summary>Nothing is left out silently: each is listed with how it stands and why, and none of them is in a figure.</summary>
    [Fact]
    public void What_is_not_done_is_told_with_its_reason()
    {
        TwoRecipes();
        string[] same = ["optimizer: {lr: 0.1}"];
        RunMaker.Unfinished(Runs, "b-stopped", 10, [0.1, 0.2], 5, RunState.Stopped, null, same);
        RunMaker.Unfinished(Runs, "b-failed", 11, [0.1], 5, RunState.Failed, "the loss is not a number", same);
        RunMaker.Unfinished(Runs, "b-killed", 12, [0.1, 0.2, 0.3], 5, null, null, same);
        RunDirectory running = RunMaker.Unfinished(Runs, "b-running", 13, [0.1], 5, null, null, same);
        using RunLock held = RunLock.Acquire(running);
        RunDirectory.Create(Runs, "b-new", running.ReadRecipe(), []);
        File.WriteAllText(RunMaker.Complete(Runs, "b-torn", 14, [0.1], same).SummaryFile, "{");
        File.WriteAllText(RunMaker.Complete(Runs, "b-recipe", 15, [0.1], same).RecipeFile, "model: {nmae: x}\n");
        File.Delete(RunMaker.Complete(Runs, "b-gone", 16, [0.1], same).RecipeFile);
        File.WriteAllText(RunMaker.Complete(Runs, "b-events", 17, [0.5, 0.7, 0.79], same).EventsFile, "what is this");
        Directory.CreateDirectory(Path.Combine(Runs, "notes"));
        File.WriteAllText(RunMaker.Complete(Runs, "c-log", 18, [0.5, 0.7, 0.8], same).EventsFile, "what is this");
        (int code, string output, string error) = Report(Runs, "--out", _folder["r.csv"], "--out", _folder["r.html"], "--out", _folder["r.md"]);
        ValueTable values = Values("r.csv");
        (string Run, string State, string Reason)[] expected =
        [
            ("b-stopped", "stopped", "it was stopped after 2 of 5 epochs; go on with streamtrainer resume"),
            ("b-failed", "failed", "the loss is not a number (after 1 of 5 epochs)"),
            ("b-killed", "killed", "its process is gone without a word, after 3 of 5 epochs"),
            ("b-running", "running", $"process {Environment.ProcessId} trains it, after 1 of 5 epochs"),
            ("b-new", "not begun", "no training has begun"),
            ("b-torn", "broken", "summary.json' cannot be read"),
            ("b-recipe", "broken", "nmae"),
            ("b-gone", "broken", "it has no recipe.yaml"),
            ("notes", "no run", "this folder is no run"),
            ("c-log", "completed", "is not an event log"),
            ("b-events", "completed", "is not an event log"),
        ];
        string page = File.ReadAllText(_folder["r.html"]), text = File.ReadAllText(_folder["r.md"]);
        Assert.All(expected, each =>
        {
            Assert.Equal(each.State, values["unfinished", each.Run, "state"]);
            Assert.Contains(each.Reason, values["unfinished", each.Run, "what is known, and what to do"], StringComparison.Ordinal);
            Assert.Equal(each.State, values["runs", each.Run, "state"]);
            Assert.Contains($">{each.Run}</th>", page, StringComparison.Ordinal);
            Assert.Contains($"| {each.Run} |", text, StringComparison.Ordinal);
        });
        Assert.Equal(expected.Length, values.Keys.Count(key => key is ("unfinished", _, "state")));
        // The two whose log alone is damaged have their figure; no other has.
        Assert.Equal("7", values["seeds", "lr 0.1 (A) / validation", "seeds"]);
        Assert.Contains("20 runs, 12 complete", output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failure, code);
        Assert.Equal(["b-gone", "b-recipe", "b-torn"], error.TrimEnd().Split('\n').Select(line => Path.GetFileName(line.Split(' ')[0])).Order());
    }

    [Fact]
    public void A_sweep_has_all_its_cells_and_a_folder_its_sweeps()
    {
        TwoRecipes();
        string[] cells = ["s-000", "s-001", "s-002"];
        var manifest = new SweepManifest { Name = "three seeds", Command = "streamtrainer sweep three.yaml", Created = DateTime.UtcNow, Cells = [.. cells.Select((id, seed) => new SweepManifestCell(id, new() { ["train.seed"] = seed }))] };
        SweepFolder.Update(Runs, "s", manifest);
        RunMaker.Complete(Runs, "s-000", 0, [0.7, 0.71]);
        RunMaker.Complete(Runs, "s-001", 1, [0.7, 0.72]);
        Assert.Equal(0, Report(Path.Combine(Runs, "s"), "--out", _folder["s.csv"]).Code);
        ValueTable values = Values("s.csv");
        Assert.Equal("missing", values["unfinished", "s-002", "state"]);
        Assert.Equal("streamtrainer sweep three.yaml", values["report", "", "its runs"]);
        Assert.Equal(71.5, Number(values["seeds", "resnet20_cifar / validation", "mean"]), 1e-9);
        Assert.Equal(0, Report(Runs, "--out", _folder["f.csv"]).Code);
        values = Values("f.csv");
        Assert.Equal(71.5, Number(values["c1-seeds", "resnet20_cifar / validation", "mean"]), 1e-9);
        Assert.Equal("5", values["c2-seeds", "lr 0.1 (A) / validation", "seeds"]);
        Assert.Equal(2 + 10, values.Keys.Count(key => key is (_, _, "top-1 (%)") && key.Table.EndsWith("-runs", StringComparison.Ordinal)));
        File.WriteAllText(Path.Combine(Runs, "s", "sweep.json"), "{");
        Assert.Equal(ExitCodes.Failure, Report(Runs, "--out", _folder["f.csv"]).Code);
        Assert.Equal("broken", Values("f.csv")["unfinished", "s", "state"]);
        Assert.Equal(ExitCodes.UserError, Report(Path.Combine(Runs, "s"), "--out", _folder["f.csv"]).Code);
    }

    [Fact]
    public void Test_sets_make_a_cloud_and_crops_a_curve()
    {
        TwoRecipes("eval: {size: 32, cropPct: 0.9}");
        foreach (string run in Directory.GetDirectories(Runs))
        {
            double shift = run[^1] / 1e4;
            string rows = string.Join(',', new[] { 0.8, 0.9, 1.0 }.SelectMany(crop => new[] { "val", "v2" }.Select(set =>
                string.Create(CultureInfo.InvariantCulture, $$"""{"set":"{{set}}","resolution":32,"cropPct":{{crop}},"tta":"none","weights":"last","count":500,"bad":0,"top1":{{(set == "val" ? 0.8 : 0.7) + shift + crop / 100}},"top1Low":0.6,"top1High":0.9,"top5":0.9,"top5Low":0.8,"top5High":1,"ece":0.1,"eceLow":0,"eceHigh":0.2}"""))));
            Directory.CreateDirectory(Path.Combine(run, "evaluations"));
            File.WriteAllText(Path.Combine(run, "evaluations", "evaluation.json"), $"[{rows}]");
        }

        Assert.Equal(0, Report(Runs, "--out", _folder["r.csv"]).Code);
        ValueTable values = Values("r.csv");
        Assert.Equal(5, values.Keys.Count(key => key is ("scatter-v2-1/scatter-v2", "a seed", _)));
        Assert.Equal(80.8 + '2' / 1e2, Number(values["crop", "lr 0.1 / validation", "80"]), 1e-9);
        Assert.Equal("5", values["seeds", "lr 0.2 / V2", "seeds"]);
        File.WriteAllText(Path.Combine(Runs, "a-0", "evaluations", "evaluation.json"), "[");
        Assert.Equal(0, Report(Runs, "--out", _folder["r.csv"]).Code);
        Assert.Contains("evaluation.json' cannot be read", Values("r.csv")["unfinished", "a-0", "what is known, and what to do"], StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_runs_give_the_same_report_to_the_byte_and_no_other_file_is_written_over()
    {
        TwoRecipes();
        string[] files = ["r.html", "r.md", "r.csv"];
        string[] arguments = [Runs, .. files.SelectMany(file => new[] { "--out", _folder[file] })];
        Assert.Equal(0, Report(arguments).Code);
        string[] before = [.. files.Select(file => File.ReadAllText(_folder[file]))];
        Assert.Equal(0, Report(arguments).Code);
        Assert.Equal(before, files.Select(file => File.ReadAllText(_folder[file])));
        foreach (string file in new[] { "x.html", "x.md", "x.csv" })
        {
            _folder.Write(file, "mine");
            (int code, _, string error) = Report(Runs, "--out", _folder[file]);
            Assert.Equal((ExitCodes.UserError, $"error: --out: {_folder[file]} exists and is no report; name another file, or delete it"), (code, error.TrimEnd()));
            Assert.Equal("mine", File.ReadAllText(_folder[file]));
        }

        _folder.Write("y/curves-loss.svg", "mine");
        Assert.Equal(ExitCodes.UserError, Report(Runs, "--out", _folder["y.md"]).Code);
        Assert.Equal("mine", File.ReadAllText(_folder["y/curves-loss.svg"]));
    }

    [Fact]
    public void Mistakes_are_told()
    {
        TwoRecipes();
        Directory.CreateDirectory(_folder["empty"]);
        (string[] Arguments, string Sentence)[] mistakes =
        [
            ([_folder["none"]], $"error: there is no '{_folder["none"]}'; name a run's directory, a sweep's or a folder of runs"),
            ([_folder["empty"]], $"error: there is no run in '{_folder["empty"]}'; name a folder that holds the directories of runs, as runs"),
            ([Runs, "--out", _folder["r.pdf"]], $"error: --out: '{_folder["r.pdf"]}' ends in none of .html, .md, .csv"),
            ([Runs, "--baseline", "b-9"], "error: --baseline: 'b-9' is none of the complete runs; name one of: a-0; a-1; a-2; and 7 others"),
        ];
        Assert.All(mistakes, mistake =>
        {
            (int code, string output, string error) = Report([.. mistake.Arguments, .. mistake.Arguments.Contains("--out") ? Array.Empty<string>() : ["--out", _folder["r.html"]]]);
            Assert.Equal((ExitCodes.UserError, ""), (code, output));
            Assert.StartsWith(mistake.Sentence, error, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Another_recipe_may_be_the_one_that_is_compared_with()
    {
        TwoRecipes();
        (int code, string output, _) = Report(Runs, "--baseline", "b-0", "--out", _folder["r.csv"]);
        Assert.Equal(0, code);
        Assert.Contains("lr 0.1 against A: worse, −1.14 points", output, StringComparison.Ordinal);
    }

    private static bool Paints(XElement element, string attribute) => element.Attribute(attribute) is { Value: not "none" };

    private static double Number(string value) => double.Parse(value, CultureInfo.InvariantCulture);

    private void TwoRecipes(params string[] more)
    {
        for (int seed = 0; seed < s_first.Length; seed++)
        {
            RunMaker.Complete(Runs, $"a-{seed}", seed, [0.5, 0.7, s_first[seed]], ["optimizer: {lr: 0.1}", .. more]);
            RunMaker.Complete(Runs, $"b-{seed}", seed, [0.5, 0.7, s_second[seed]], ["optimizer: {lr: 0.2}", .. more]);
        }
    }

    private ValueTable Values(string file)
    {
        ValueTable values = new();
        foreach (string line in File.ReadLines(_folder[file]).Skip(1))
        {
            string[] fields = [.. Field().Matches(line).Select(match => match.Groups[1].Success ? match.Groups[1].Value.Replace("\"\"", "\"", StringComparison.Ordinal) : match.Groups[2].Value)];
            values.Add((fields[0], fields[1], fields[2]), fields[3]);
        }

        return values;
    }

    private static (int Code, string Output, string Error) Report(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(["report", .. arguments], output, error);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>The table of values: by table, row and column.</summary>
    private sealed class ValueTable
    {
        private readonly Dictionary<(string Table, string Row, string Column), string> _values = [];

        public IEnumerable<(string Table, string Row, string Column)> Keys => _values.Keys;

        public string this[string table, string row, string column] =>
            _values.TryGetValue((table, row, column), out string? value) ? value : throw new KeyNotFoundException($"{table}, {row}, {column}; there are:\n{string.Join('\n', Keys.Where(key => key.Table == table))}");

        // Two values of one place would be one too many: it throws.
        public void Add((string, string, string) place, string value) => _values.Add(place, value);
    }

    [GeneratedRegex("<svg .*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Svg();

    [GeneratedRegex(@"!\[[^]]*\]\(([^)]+)\)")]
    private static partial Regex Picture();

    [GeneratedRegex("(?:^|,)(?:\"((?:[^\"]|\"\")*)\"|([^,]*))")]
    private static partial Regex Field();
}
