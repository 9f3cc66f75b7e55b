using System.Text;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Reports.Plots;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Reports.Writing;

/// <summary>The files of a report, by their names' ends. What is no report is never written over.</summary>
internal static class ReportFiles
{
    private static readonly string[] s_ends = [".html", ".md", ".csv"];

    /// <summary>Whether a report may be written there; asked before any work is done.</summary>
    /// <exception cref="UserErrorException">The name has another end, there is no such folder, or another file stands there.</exception>
    public static void Check(string path)
    {
        string end = Path.GetExtension(path);
        if (!s_ends.Contains(end))
        {
            throw new UserErrorException($"--out: '{path}' ends in none of {string.Join(", ", s_ends)}{NearestName.Question(end, s_ends)}");
        }

        WriteErrors.CheckOut(path, "report.html");
        CheckOwn(path, end switch { ".html" => HtmlReport.Start, ".md" => MarkdownReport.Start, _ => CsvReport.Header });
    }

    /// <summary>Writes a report; each file is there whole or not at all.</summary>
    /// <exception cref="UserErrorException">The place is none that can be written to.</exception>
    /// <exception cref="RunFailedException">The disk is full, or the like.</exception>
    public static void Write(ReportDocument document, string path)
    {
        try
        {
            switch (Path.GetExtension(path))
            {
                case ".html":
                    Put(path, HtmlReport.Write(document));
                    break;
                case ".csv":
                    Put(path, CsvReport.Write(document));
                    break;
                default:
                    Pictures(document, path);
                    Put(path, MarkdownReport.Write(document, (figure, chart) => $"{Stem(path)}/{FileName(figure, chart)}"));
                    break;
            }
        }
        catch (Exception error) when (WriteTrouble.Is(error))
        {
            throw WriteErrors.Of($"--out: {path}", path, error);
        }
    }

    private static void Pictures(ReportDocument document, string path)
    {
        string folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, Stem(path));
        (string File, Chart Chart)[] pictures = [.. document.Figures.SelectMany(figure => figure.Charts.Select(chart => (Path.Combine(folder, FileName(figure, chart)), chart)))];
        if (Directory.Exists(folder))
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*.svg"))
            {
                // A picture of an older report, which this one may not have any more.
                if (Begins(file, ChartSvg.Start))
                {
                    File.Delete(file);
                }
                else if (pictures.Any(picture => picture.File == file))
                {
                    throw new UserErrorException($"--out: {file} exists and is no picture of a report; name another file, or delete it");
                }
            }
        }

        if (pictures.Length > 0)
        {
            Directory.CreateDirectory(folder);
        }

        foreach ((string file, Chart chart) in pictures)
        {
            Put(file, ChartSvg.Alone(chart));
        }
    }

    private static string Stem(string path) => Path.GetFileNameWithoutExtension(path);

    private static string FileName(ReportFigure figure, Chart chart) => figure.Charts.Count == 1 ? $"{figure.Id}.svg" : $"{figure.Id}-{chart.Name}.svg";

    private static void Put(string path, string text) => AtomicFile.Write(path, new UTF8Encoding(false).GetBytes(text));

    private static void CheckOwn(string path, string start)
    {
        if (File.Exists(path) && !Begins(path, start))
        {
            throw new UserErrorException($"--out: {path} exists and is no report; name another file, or delete it");
        }
    }

    private static bool Begins(string path, string start)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            var bytes = new byte[start.Length];
            return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length && Encoding.ASCII.GetString(bytes) == start;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--out: {path} exists and cannot be read: {ReadTrouble.Of(error)}", error);
        }
    }
}
