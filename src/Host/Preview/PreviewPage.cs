using System.Globalization;
using System.Net;
using System.Text;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Host.Preview;

/// <summary>The page: one file with everything in it, and no script.</summary>
internal static class PreviewPage
{
    /// <summary>How every page begins: by this a page is known that may be written over.</summary>
    private const string Start = "<!doctype html>\n<!-- streamtrainer preview -->\n";

    /// <summary>Pictures up to this side are shown larger than they are: as squares, not smoothed.</summary>
    private const int Small = 128;

    /// <summary>Whether a page may be written there.</summary>
    /// <exception cref="UserErrorException">There is no such folder, or another file stands there.</exception>
    public static void CheckPath(string path)
    {
        WriteErrors.CheckOut(path, "preview.html");
        if (File.Exists(path) && !IsPage(path))
        {
            throw new UserErrorException($"--out: {path} exists and is no page of preview; name another file, or delete it");
        }
    }

    /// <summary>Writes the page; it is there whole or not at all.</summary>
    /// <exception cref="UserErrorException">The place is none that can be written to.</exception>
    /// <exception cref="RunFailedException">The disk is full, or the like.</exception>
    public static void Write(string path, Recipe recipe, PreviewReport report, IReadOnlyList<PreviewCard> cards, CancellationToken stop)
    {
        try
        {
            AtomicFile.Write(path, stream =>
            {
                using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
                Head(writer, recipe, report);
                foreach (PreviewCard card in cards)
                {
                    stop.ThrowIfCancellationRequested();
                    Card(writer, card);
                }

                Foot(writer, report);
            });
        }
        catch (Exception error) when (WriteTrouble.Is(error))
        {
            throw WriteErrors.Of($"--out: {path}", path, error);
        }
    }

    private static bool IsPage(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            var start = new byte[Start.Length];
            return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && Encoding.ASCII.GetString(start) == Start;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--out: {path} exists and cannot be read: {ReadTrouble.Of(error)}", error);
        }
    }

    private static void Head(TextWriter writer, Recipe recipe, PreviewReport report)
    {
        writer.Write(Start);
        writer.Write($"""
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <title>{Text(report.Recipe)}: preview</title>
            <style>
            {Style()}</style>
            </head>
            <body>
            <main>
            <header>
            <h1><small>preview</small>{Text(report.Recipe)}</h1>
            <p>{Text(report.Description)}</p>
            <dl>

            """);
        Row(writer, "data", Line($"{report.Source}: {report.TrainSamples:N0} {Counted.Noun(report.TrainSamples, "sample")} of {Counted.Of(report.Classes, "class", "classes")}"));
        Row(writer, "training", Line($"seed {report.Seed}, epochs 0 to {report.Epochs - 1} of {Counted.Of(report.StepsPerEpoch, "step")}, batches of {report.BatchSize}"));
        foreach ((string name, string value) in PreviewText.Settings(recipe))
        {
            Row(writer, name, value);
        }

        writer.Write("</dl>\n</header>\n<div class=\"cards\">\n");
    }

    private static void Card(TextWriter writer, PreviewCard card)
    {
        PreviewSample sample = card.Sample;
        writer.Write($"""
            <article>
            <div>
            <h2>{Text(sample.Name)}<span>{sample.Label} {Text(sample.ClassName)}</span></h2>
            <p class="where">sample {sample.Sample} · {Text(PreviewText.Place(sample))}{Text(Views(sample))}</p>
            </div>

            """);
        foreach (BadSample bad in sample.Bad ?? [])
        {
            writer.Write($"<p class=\"bad\"><b>cannot be used</b> {Text(bad.Name)}: {Text(bad.Reason)}</p>\n");
        }

        if (sample.StandIn is { } other)
        {
            writer.Write($"<p class=\"bad\">in its place: sample {other.Sample} {Text(other.Name)}, class {other.Label} {Text(other.ClassName)}</p>\n");
        }

        writer.Write("<div class=\"views\">\n");
        Original(writer, card);
        Figure(writer, card.Augmented, $"in the batch, {PreviewText.Size(card.Augmented.Size)}", "");
        if (card.Given is { } given)
        {
            Figure(writer, given, $"to the network: {Changes(sample)}", sample.Mix?.Box is { } box ? Rectangle(box, given.Size) : "");
        }

        writer.Write("</div>\n<dl>\n");
        string before = "";
        foreach ((string name, string value) in PreviewText.Draws(sample))
        {
            Row(writer, name == before ? "" : name, value);
            before = name;
        }

        writer.Write("</dl>\n</article>\n");
    }

    private static void Foot(TextWriter writer, PreviewReport report) => writer.Write($"""
        </div>
        <footer>Any of these again, in any later run of the recipe with this seed:
        <code>{CommandLineName} preview {Text(report.Recipe)} --sample N --epoch E</code>. Erased noise has the CPU's numbers; on CUDA it has others.</footer>
        </main>
        </body>
        </html>

        """);

    private static string CommandLineName => Commands.CommandLine.Name;

    private static void Original(TextWriter writer, PreviewCard card)
    {
        ImageSize size = card.Sample.Image;
        if (card.Original is not { } original)
        {
            writer.Write($"<figure><div class=\"well\"><p>cannot be decoded as a whole: {Text(card.Fault ?? "")}</p></div><figcaption>original</figcaption></figure>\n");
            return;
        }

        (double left, double top, double width, double height) = card.Shown;
        string inside = Line($"M{left:0.##} {top:0.##}h{width:0.##}v{height:0.##}h{-width:0.##}z");
        string rectangle = Line($"""x="{left:0.##}" y="{top:0.##}" width="{width:0.##}" height="{height:0.##}" """).TrimEnd();
        string overlay = $"""<svg viewBox="0 0 {size.Width} {size.Height}" preserveAspectRatio="none"><path d="M0 0H{size.Width}V{size.Height}H0z{inside}"/><rect class="under" {rectangle}/><rect {rectangle}/></svg>""";
        Figure(writer, original, $"original, {PreviewText.Size(size)}", overlay);
    }

    /// <summary>The box of a cutmix.</summary>
    private static string Rectangle(CropBox box, ImageSize size) =>
        $"""<svg viewBox="0 0 {size.Width} {size.Height}" preserveAspectRatio="none"><rect class="box" x="{box.Left}" y="{box.Top}" width="{box.Width}" height="{box.Height}"/></svg>""";

    private static void Figure(TextWriter writer, PreviewPicture picture, string caption, string overlay)
    {
        string shape = picture.Size.Width >= picture.Size.Height ? "wide" : "tall", small = Math.Max(picture.Size.Width, picture.Size.Height) <= Small ? " small" : "";
        writer.Write($"""<figure><div class="well"><div class="view {shape}{small}" style="aspect-ratio: {picture.Size.Width} / {picture.Size.Height}"><img alt="{Text(caption)}" src=""");
        writer.Write("\"data:image/png;base64,");
        writer.Write(Convert.ToBase64String(PngImage.Encode(picture)));
        writer.Write($"\">{overlay}</div></div><figcaption>{Numbers(caption)}</figcaption></figure>\n");
    }

    private static string Changes(PreviewSample sample)
    {
        List<string> changes = [];
        if (sample.Mix is { } mix)
        {
            changes.Add(mix.Kind);
        }

        if (sample.Lighting is not null)
        {
            changes.Add("lighting");
        }

        if (sample.Erased is { Count: > 0 })
        {
            changes.Add("erasing");
        }

        return string.Join(", ", changes);
    }

    private static string Views(PreviewSample sample) => sample.Positions.Count < 2 ? ""
        : Line($" · one of {sample.Positions.Count} views, at positions {string.Join(", ", sample.Positions)}");

    private static string Style()
    {
        using Stream stream = typeof(PreviewPage).Assembly.GetManifestResourceStream("preview.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static void Row(TextWriter writer, string name, string value) => writer.Write($"<dt>{Text(name)}</dt><dd>{Numbers(value)}</dd>\n");

    /// <summary>Numbers on the page: lines do not break before a unit.</summary>
    private static string Numbers(string text) => Text(text
        .Replace(" × ", "\u00a0×\u00a0", StringComparison.Ordinal).Replace(" px", "\u00a0px", StringComparison.Ordinal).Replace(" %", "\u00a0%", StringComparison.Ordinal));

    private static string Text(string text) => WebUtility.HtmlEncode(Printable.Text(text));

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
