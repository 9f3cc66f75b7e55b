using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Host.Preview;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Commands;

/// <summary><c>preview RECIPE|RUN</c>: what a recipe does to its images.</summary>
internal static class PreviewCommand
{
    private const string DefaultPage = "preview.html";

    private const int MostCards = 500;

    public static Command Create(CommandOutput output)
    {
        Argument<string> recipe = SharedOptions.Argument<string>("RECIPE|RUN", "The recipe, a YAML file, or the directory of a run.");
        Option<string?> page = SharedOptions.Text("--out", "FILE", $"The page; by default {DefaultPage} in the current folder, and none with --json.");
        Option<int> count = new("--count") { Description = "Samples on the page.", DefaultValueFactory = _ => 12, HelpName = "N" };
        Option<long?> epoch = new("--epoch") { Description = "The epoch, counted from 0; by default 0, and with --sample all, from 0 on.", HelpName = "E" };
        Option<long?> sample = new("--sample") { Description = "This sample of the training set alone, counted from 0.", HelpName = "N" };
        Option<string?> model = SharedOptions.Model();
        Option<string[]> set = SharedOptions.Set();
        Option<bool> json = SharedOptions.Json("what was drawn for each sample");
        // For the service, which shows them on its own pages.
        Option<string?> pictures = SharedOptions.Text("--pictures", "DIR", "Also write the pictures as PNG files.");
        pictures.Hidden = true;
        var command = new Verb("preview", """
            Shows what a recipe does to its images: a page with the original, the crop, the augmented image, what the network is given
            of it, and all that was drawn. The pixels are those of a training, to the byte: --sample N --epoch E shows what one sample
            looked like in a run.
            """,
            "preview configs/demo.yaml",
            "preview configs/a2.yaml --set train.batchSize=32 --count 24 --out a2.html",
            "preview runs/first --sample 17 --epoch 3")
        { recipe, page, count, epoch, sample, model, set, json, pictures };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(count) is < 1 or > MostCards)
            {
                throw new UserErrorException($"--count: {parsed.GetValue(count)} is not 1 to {MostCards}");
            }

            string name = parsed.GetRequiredValue(recipe);
            bool asJson = parsed.GetValue(json);
            string? path = parsed.GetValue(page) ?? (asJson ? null : DefaultPage);
            if (path is not null)
            {
                PreviewPage.CheckPath(path);
            }

            (Recipe ready, RunDirectory? run) = Find(name, parsed.GetValue(model), parsed.GetValue(set) ?? []);
            var selection = new PreviewSelection(parsed.GetValue(count), parsed.GetValue(epoch), parsed.GetValue(sample));
            using var signals = new StopSignals(_ => { }, () => { });
            try
            {
                PreviewReport report = TrainThread.Run(() => Make(name, ready, run, selection, path, parsed.GetValue(pictures), signals.Token));
                if (asJson)
                {
                    output.Out.WriteLine(JsonSerializer.Serialize(report, PreviewJson.Default.PreviewReport));
                }
                else
                {
                    Write(output.Out, report, selection);
                }

                return ExitCodes.Success;
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                output.Error.WriteLine("stopped");
                return signals.ExitCode;
            }
        });
        return command;
    }

    private static (Recipe Recipe, RunDirectory? Run) Find(string name, string? model, string[] overrides)
    {
        RunDirectory? run = Directory.Exists(name) ? RunDirectory.Open(name) : null;
        LoadedRecipe loaded = RecipeLoader.Load(run?.RecipeFile ?? name, overrides, model: model);
        return (RunPreflight.CheckTrain(loaded), run);
    }

    private static PreviewReport Make(string name, Recipe recipe, RunDirectory? run, PreviewSelection selection, string? page, string? pictures, CancellationToken stop)
    {
        using ISampleSource source = SampleSources.Open(recipe.Data.Train, NullLogger.Instance);
        // Another number of samples is another order: what is shown would be nothing that the run ever saw.
        if (run is not null && EventLogReader.Read(run.EventsFile).OfType<RunStarted>().LastOrDefault() is { } started && started.TrainSamples != source.Count)
        {
            throw new UserErrorException(
                $"{run.Path}: the run had {started.TrainSamples} training samples and {recipe.Data.Train} now has {source.Count}, which is another order; restore the data, or preview {run.RecipeFile}");
        }

        using var maker = new PreviewMaker(recipe, source);
        IReadOnlyList<PreviewCard> cards = maker.Make(selection, pictures: page is not null || pictures is not null, stop);
        PreviewReport report = maker.Report(name, page, cards);
        if (page is not null)
        {
            PreviewPage.Write(page, recipe, report, cards, stop);
        }

        if (pictures is not null)
        {
            PreviewFiles.Write(pictures, cards);
        }

        return report;
    }

    private static void Write(TextWriter writer, PreviewReport report, PreviewSelection selection)
    {
        if (selection.Sample is not null)
        {
            foreach (PreviewSample sample in report.Samples)
            {
                Line(writer, $"sample {sample.Sample}, {sample.Name}, class {sample.Label} {sample.ClassName}: {PreviewText.Place(sample)}");
                foreach (BadSample bad in sample.Bad ?? [])
                {
                    Line(writer, $"  cannot be used: {bad.Name}: {bad.Reason}");
                }

                if (sample.StandIn is { } other)
                {
                    Line(writer, $"  in its place: sample {other.Sample}, {other.Name}, class {other.Label} {other.ClassName}");
                }

                foreach ((string what, string value) in PreviewText.Draws(sample))
                {
                    Line(writer, $"  {what,-9} {value}");
                }
            }
        }

        Line(writer, $"{report.Page}: {report.Samples.Count} of {Counted.Of(report.TrainSamples, "sample")} of {report.Source}");
    }

    private static void Line(TextWriter writer, FormattableString text) => writer.WriteLine(Printable.Text(text.ToString(CultureInfo.InvariantCulture)));
}
