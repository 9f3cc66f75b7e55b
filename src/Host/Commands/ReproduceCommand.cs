using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Evaluations;
using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>reproduce WHAT</c>: published figures, measured again.</summary>
internal static class ReproduceCommand
{
    public static Command Create(CommandOutput output)
    {
        var command = new Verb("reproduce", "Measures published figures again.", "reproduce evaluation --val /data/imagenet/val --real real.json --v2 /data/imagenetv2");
        command.Subcommands.Add(Evaluation(output));
        return command;
    }

    private static Verb Evaluation(CommandOutput output)
    {
        var sets = new TestSetOptions();
        Option<string?> only = SharedOptions.Text("--only", "NAMES", "Some of a1, a2, a3, as a1,a3; by default all.");
        Option<bool> json = SharedOptions.Json("the figures");
        var command = new Verb("evaluation", """
            Scores the ResNet-50 weights that timm publishes for A1, A2 and A3 on ImageNet's validation set, ReaL and ImageNet-V2, beside
            their published figures. Weights are fetched from the hub; predictions are kept as eval keeps them. Exit code 1 where a
            figure is another.
            """,
            "reproduce evaluation --val /data/imagenet/val --real real.json --v2 /data/imagenetv2",
            "reproduce evaluation --only a3 --json")
        { only, json };
        sets.AddPlaces(command);
        command.SetAction(parsed =>
        {
            // All that may be wrong with the words, before anything is fetched.
            (ReleasedModel Model, (ReleasedFigure[] Figures, EvaluationPlan Plan)[] Passes)[] models = [.. Chosen(parsed.GetValue(only)).Select(model => (model, PassesOf(model)))];
            using IProgressDisplay display = ProgressDisplay.For(output.Error, quiet: true, new Model.Training.Recipe());
            var logger = new DisplayLogger(display, parsed.GetValue(SharedOptions.Verbose));
            using var signals = new StopSignals(_ => { }, display.Restore);
            void Note(string line) => output.Error.WriteLine(Printable.Text(line));
            var found = new List<ReproducedFigure>();
            try
            {
                foreach ((ReleasedModel model, (ReleasedFigure[] Figures, EvaluationPlan Plan)[] passes) in models)
                {
                    RunWeights weights = RunWeights.Find(model.Name, null, null, RunWeights.Best, raw: false, withData: false, Note);
                    Note($"{model.Procedure}: {model.Name}");
                    foreach ((ReleasedFigure[] figures, EvaluationPlan plan) in passes)
                    {
                        IReadOnlyList<Score> scores = TrainThread.Run(() =>
                        {
                            using var evaluation = new ModelEvaluation(weights, plan, logger, Note, signals.Token);
                            return evaluation.Run(OneRank.Instance, signals.Token);
                        });
                        found.AddRange(figures.Zip(scores, (figure, score) => ReproducedFigure.Of(model, figure, score)));
                    }
                }
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                Note("stopped");
                return signals.ExitCode;
            }

            if (parsed.GetValue(json))
            {
                output.Out.WriteLine(JsonSerializer.Serialize([.. found], CommandJson.Default.ReproducedFigureArray));
            }
            else
            {
                Write(output.Out, found);
            }

            return found.All(each => each.Agrees) ? ExitCodes.Success : ExitCodes.Failure;

            (ReleasedFigure[] Figures, EvaluationPlan Plan)[] PassesOf(ReleasedModel model) => [.. model.Figures
                .GroupBy(figure => new EvaluationCell(figure.Resolution, figure.CropPct))
                .Select(cell => (cell.ToArray(), sets.PlanOf(parsed, [.. cell.Select(figure => figure.Set)], cell.Key)))];
        });
        return command;
    }

    private static ReleasedModel[] Chosen(string? only)
    {
        ReleasedModel[] all = ReleasedWeights.All.Models;
        if (only is null)
        {
            return all;
        }

        string[] names = [.. all.Select(model => model.Procedure)];
        return [.. only.Split(',', StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).Select(name => Array.Find(all, model => model.Procedure == name)
            ?? throw new UserErrorException($"--only: there are no released weights '{name}'; there are {string.Join(", ", names)}"))];
    }

    private static void Write(TextWriter writer, IReadOnlyList<ReproducedFigure> found)
    {
        writer.WriteLine("      set   size   crop    images  published  here, top-1 %          difference");
        foreach (ReproducedFigure each in found)
        {
            string interval = Format($"{each.Found.Value:F3} [{each.Found.Low:F2}, {each.Found.High:F2}]");
            writer.WriteLine(Format($"  {each.Procedure}  {each.Set,-4}  {each.Resolution,4}  {each.CropPct:0.000}  {each.Count,8}  {each.Published,9:F3}  {interval,-22} {each.Difference,10:+0.000;-0.000;0.000}{(each.Agrees ? "" : "  differs")}"));
        }

        writer.WriteLine();
        writer.WriteLine(ReleasedWeights.All.Citation);
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
