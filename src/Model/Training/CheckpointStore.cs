using System.Globalization;
using System.Text.Json;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Model.Training;

/// <summary>
/// The checkpoints of a run: <c>step-00000123/</c> directories, each complete or not there. A checkpoint is written under a
/// temporary name, flushed and renamed; the newest few, the best one and every so many-th are kept. One thread's at a time.
/// </summary>
/// <param name="directory">Where they are.</param>
/// <param name="keep">How many of the newest stay.</param>
/// <param name="keepEvery">Those after a multiple of so many steps stay for good.</param>
public sealed class CheckpointStore(string directory, int keep, long? keepEvery = null)
{
    /// <summary>Name of the weights' file in a checkpoint.</summary>
    public const string ModelFile = "model.safetensors";

    /// <summary>Name of the averaged weights' file; only where there is an average.</summary>
    public const string EmaFile = "ema.safetensors";

    /// <summary>Name of the file of the mean of weights (SWA); only where there is one.</summary>
    public const string SwaFile = "swa.safetensors";

    /// <summary>Name of the optimizer's file.</summary>
    public const string OptimizerFile = "optimizer.safetensors";

    /// <summary>Name of the small state file.</summary>
    public const string StateFile = "state.json";

    private const string Prefix = "step-";
    private const string Unfinished = ".unfinished-";

    /// <summary>The directory of all checkpoints.</summary>
    public string Directory => directory;

    /// <summary>Saves a checkpoint.</summary>
    /// <param name="progress">The state file's content.</param>
    /// <param name="writeTensors">Writes the tensor files into the directory that it is given.</param>
    /// <param name="best">The step of the best checkpoint, which is kept; by default that of the books.</param>
    /// <returns>The checkpoint's path.</returns>
    /// <exception cref="IOException">The disk is full or the like; nothing saved before is touched.</exception>
    public string Save(TrainProgress progress, Action<string> writeTensors, long? best = null)
    {
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentNullException.ThrowIfNull(writeTensors);
        string final = PathOf(progress.Step);
        string temporary = TemporaryOf(final);
        try
        {
            Sweep();
            DeleteIfThere(temporary);
            System.IO.Directory.CreateDirectory(temporary);
            writeTensors(temporary);
            CheckpointFiles.Write(temporary);
            AtomicFile.Write(Path.Combine(temporary, StateFile), BytesOf(progress));
            Durable.FlushDirectory(temporary);
            // The same step again, by a run that went on from one before it: the tensors are the same, the books (an evaluation) may not
            // be. A damaged one, which it was not resumed from, is replaced, and one that a stop left before its average was complete.
            if (File.Exists(Path.Combine(final, StateFile)) && CheckpointFiles.Fault(final) is null && CheckpointFiles.AreEqual(final, temporary))
            {
                AtomicFile.Write(Path.Combine(final, StateFile), File.ReadAllBytes(Path.Combine(temporary, StateFile)));
                DeleteIfThere(temporary);
            }
            else
            {
                DeleteIfThere(final);
                System.IO.Directory.Move(temporary, final);
                Durable.FlushDirectory(directory);
            }
        }
        catch (ArgumentOutOfRangeException error)
        {
            // .NET's word for EFBIG: a limit of the size of files (ulimit -f), or the file system's own.
            TryDelete(temporary);
            throw new IOException("a file would be larger than the file system or a limit (ulimit -f) allows", error);
        }
        catch
        {
            // What is left of a failed attempt would only keep a full disk full.
            TryDelete(temporary);
            throw;
        }

        Prune(best ?? progress.BestStep);
        return final;
    }

    /// <summary>Replaces the books of a checkpoint whose tensors are on disk already: after an evaluation.</summary>
    /// <exception cref="IOException">The disk is full or the like; the former books still stand.</exception>
    /// <param name="progress">The books.</param>
    /// <param name="best">The step of the best checkpoint, which is kept.</param>
    public void SaveState(TrainProgress progress, long? best)
    {
        ArgumentNullException.ThrowIfNull(progress);
        AtomicFile.Write(Path.Combine(PathOf(progress.Step), StateFile), BytesOf(progress));
        Prune(best);
    }

    /// <summary>The newest complete checkpoint; null where there is none.</summary>
    public string? Latest() => Steps().OrderByDescending(entry => entry.Step).Select(entry => entry.Path).FirstOrDefault();

    /// <summary>The newest checkpoint whose files are those that were written; null where there is no checkpoint at all.</summary>
    /// <param name="skipped">Told of each newer one that is damaged, and why.</param>
    /// <param name="before">Only those before this step; null: all.</param>
    /// <exception cref="RunFailedException">All are damaged.</exception>
    public string? LatestSound(Action<string, string> skipped, long? before = null)
    {
        ArgumentNullException.ThrowIfNull(skipped);
        string? last = null;
        foreach ((_, string path) in Steps().Where(entry => before is not { } limit || entry.Step < limit).OrderByDescending(entry => entry.Step))
        {
            if (CheckpointFiles.Fault(path) is not { } fault)
            {
                return path;
            }

            skipped(path, fault);
            last = fault;
        }

        return last is null ? null : throw new RunFailedException($"{directory}: no checkpoint can be read, the oldest because {last}; restore one, or start a new run");
    }

    /// <summary>Removes the checkpoints after a step, the newest first: those of a way that the run has left.</summary>
    public void DropAfter(long step)
    {
        foreach ((_, string path) in Steps().Where(entry => entry.Step > step).OrderByDescending(entry => entry.Step))
        {
            Remove(path);
        }
    }

    /// <summary>What is wrong with a checkpoint's files; null where they are as they were written.</summary>
    public static string? Fault(string checkpoint) => CheckpointFiles.Fault(checkpoint);

    /// <summary>The checkpoint of a step; null where it is not there.</summary>
    public string? At(long step) => Steps().Where(entry => entry.Step == step).Select(entry => entry.Path).FirstOrDefault();

    /// <summary>Reads a checkpoint's state file.</summary>
    /// <exception cref="UserErrorException">It is missing, damaged, or of a later version.</exception>
    public static TrainProgress ReadProgress(string checkpoint) => ParseProgress(ReadBytes(checkpoint), checkpoint);

    /// <summary>The bytes of a checkpoint's state file.</summary>
    /// <exception cref="UserErrorException">It is missing.</exception>
    public static byte[] ReadBytes(string checkpoint)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(checkpoint, StateFile));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(checkpoint, error);
        }
    }

    /// <summary>The bytes of a state file.</summary>
    internal static byte[] BytesOf(TrainProgress progress) => JsonSerializer.SerializeToUtf8Bytes(progress, CheckpointJson.Default.TrainProgress);

    /// <summary>What the bytes of a checkpoint's state file say.</summary>
    /// <exception cref="UserErrorException">They are damaged, or of a later version.</exception>
    public static TrainProgress ParseProgress(byte[] bytes, string checkpoint)
    {
        string file = Path.Combine(checkpoint, StateFile);
        TrainProgress? progress;
        try
        {
            progress = JsonSerializer.Deserialize(bytes, CheckpointJson.Default.TrainProgress);
        }
        catch (JsonException error)
        {
            throw Unreadable(checkpoint, error);
        }

        if (progress is null)
        {
            throw new UserErrorException($"{file}: the checkpoint's state is empty; remove {checkpoint} to go on from the one before");
        }

        if (progress.Format > TrainProgress.CurrentFormat)
        {
            throw new UserErrorException($"{file}: written by a later version of this program (format {progress.Format}); use that one");
        }

        return progress;
    }

    private static UserErrorException Unreadable(string checkpoint, Exception error) =>
        new($"{Path.Combine(checkpoint, StateFile)}: the checkpoint's state cannot be read ({error.Message}); remove {checkpoint} to go on from the one before", error);

    private IEnumerable<(long Step, string Path)> Steps()
    {
        if (!System.IO.Directory.Exists(directory))
        {
            yield break;
        }

        foreach (string path in System.IO.Directory.EnumerateDirectories(directory, Prefix + "*"))
        {
            if (long.TryParse(Path.GetFileName(path.AsSpan())[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out long step)
                && File.Exists(Path.Combine(path, StateFile)))
            {
                yield return (step, path);
            }
        }
    }

    private string PathOf(long step) => Path.Combine(directory, Prefix + step.ToString("D8", CultureInfo.InvariantCulture));

    private string TemporaryOf(string final) => Path.Combine(directory, Unfinished + Path.GetFileName(final));

    /// <summary>Removes what a killed process left: a run has one writer.</summary>
    private void Sweep()
    {
        if (System.IO.Directory.Exists(directory))
        {
            Array.ForEach(System.IO.Directory.GetDirectories(directory, Unfinished + "*"), TryDelete);
        }
    }

    private void Prune(long? bestStep)
    {
        foreach ((long step, string path) in Steps().OrderByDescending(entry => entry.Step).Skip(keep))
        {
            if (step != bestStep && (keepEvery is not { } every || step % every != 0))
            {
                Remove(path);
            }
        }
    }

    /// <summary>Under another name first: a checkpoint that is half deleted must not look like one.</summary>
    private void Remove(string path)
    {
        string doomed = TemporaryOf(path);
        try
        {
            System.IO.Directory.Move(path, doomed);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return;
        }

        TryDelete(doomed);
    }

    private static void TryDelete(string path)
    {
        try
        {
            DeleteIfThere(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Left over and harmless: the next checkpoint tries again.
        }
    }

    private static void DeleteIfThere(string path)
    {
        if (System.IO.Directory.Exists(path))
        {
            System.IO.Directory.Delete(path, recursive: true);
        }
    }
}
