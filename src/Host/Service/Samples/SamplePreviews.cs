using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StreamTrainer.Host.Preview;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service.Launch;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Service.Samples;

/// <summary>
/// What a run's augmentation does to its samples. Images of unknown origin are decoded by native code, so a process of its own does it, one
/// at a time; what it made is kept, as it is the same again.
/// </summary>
internal sealed class SamplePreviews(ServicePaths paths) : IDisposable
{
    private const string ReportFile = "report.json", Finished = ".done";
    private const int KeptPerRun = 20;

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Makes a preview, or finds it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="count">Samples.</param>
    /// <param name="epoch">The epoch; null: the first.</param>
    /// <param name="sample">This sample alone; null: the epoch's first ones.</param>
    /// <param name="stop">Gives up waiting for it.</param>
    /// <returns>Its key, and what there is to know of each sample.</returns>
    /// <exception cref="UserErrorException">The run has no such samples, or its data cannot be read.</exception>
    public async Task<(string Key, JsonElement Report)> Make(RunDirectory run, int count, long? epoch, long? sample, CancellationToken stop)
    {
        List<string> words = ["--count", Text(count)];
        words.AddRange(epoch is { } e ? ["--epoch", Text(e)] : []);
        words.AddRange(sample is { } s ? ["--sample", Text(s)] : []);
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(' ', words))))[..16];
        string folder = Folder(run, key);
        if (!File.Exists(Path.Combine(folder, Finished)) || File.GetLastWriteTimeUtc(run.RecipeFile) > File.GetLastWriteTimeUtc(Path.Combine(folder, Finished)))
        {
            await _one.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                await Run(run, words, folder, stop).ConfigureAwait(false);
                Prune(run);
            }
            finally
            {
                _one.Release();
            }
        }

        return (key, JsonSerializer.Deserialize<JsonElement>(await File.ReadAllBytesAsync(Path.Combine(folder, ReportFile), stop).ConfigureAwait(false)));
    }

    /// <summary>A picture's file; null where there is none of the name.</summary>
    public string? Picture(RunDirectory run, string key, string name)
    {
        string[] parts = name.Split('-', '.');
        bool named = key.Length == 16 && key.All(char.IsAsciiHexDigitLower)
            && parts is [var number, var kind, "png"] && number.Length is > 0 and <= 3 && number.All(char.IsAsciiDigit) && PreviewFiles.Kinds.Contains(kind);
        string path = named ? Path.Combine(Folder(run, key), name) : "";
        return named && File.Exists(path) ? path : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private string Folder(RunDirectory run, string key) => Path.Combine(paths.Folder("previews"), run.Id, key);

    private static async Task Run(RunDirectory run, IEnumerable<string> words, string folder, CancellationToken stop)
    {
        Directory.CreateDirectory(folder);
        IReadOnlyList<string> program = OwnProgram.Words;
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), "preview", Path.GetFullPath(run.Path), "--json", "--pictures", folder, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(s_longest);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            string report = await output.ConfigureAwait(false), complaint = await error.ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                throw new UserErrorException(Redaction.Of(complaint.Trim() is { Length: > 0 } text ? text.Replace("error: ", "", StringComparison.Ordinal) : $"the preview ended with exit code {process.ExitCode}"));
            }

            await File.WriteAllTextAsync(Path.Combine(folder, ReportFile), Redaction.Of(report), stop).ConfigureAwait(false);
            await File.WriteAllTextAsync(Path.Combine(folder, Finished), "", stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw stop.IsCancellationRequested ? new OperationCanceledException(stop) : new UserErrorException($"the preview took longer than {s_longest.TotalMinutes:0} minutes; ask for fewer samples");
        }
    }

    private void Prune(RunDirectory run)
    {
        foreach (string old in Directory.EnumerateDirectories(Path.Combine(paths.Folder("previews"), run.Id)).OrderByDescending(Directory.GetLastWriteTimeUtc).Skip(KeptPerRun))
        {
            Directory.Delete(old, recursive: true);
        }
    }
}
