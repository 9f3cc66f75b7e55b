using System.Globalization;
using System.Text;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Runs;

/// <summary>The directory of a run: the truth about it, read alike by the command line, the service and the dashboard.</summary>
public sealed class RunDirectory
{
    private const int LongestId = 100;

    private RunDirectory(string path)
    {
        Path = path;
        Id = System.IO.Path.GetFileName(System.IO.Path.GetFullPath(path));
    }

    /// <summary>The directory, as the user named it.</summary>
    public string Path { get; }

    /// <summary>The run's name: the directory's.</summary>
    public string Id { get; }

    /// <summary>The resolved recipe.</summary>
    public string RecipeFile => In("recipe.yaml");

    /// <summary>Versions, command line, machine: a <see cref="RunEnvironment"/>.</summary>
    public string EnvironmentFile => In("environment.json");

    /// <summary>The checkpoints, <c>step-00000123/</c> each.</summary>
    public string CheckpointDirectory => In("checkpoints");

    /// <summary>What happened: see <see cref="EventLogReader"/>.</summary>
    public string EventsFile => In("events.msgpack");

    /// <summary>The log for people.</summary>
    public string LogFile => In("run.log");

    /// <summary>How it stands or ended: a <see cref="RunSummary"/>.</summary>
    public string SummaryFile => In("summary.json");

    /// <summary>timm's table of epochs; only where <c>log.to</c> asks for it.</summary>
    public string CsvFile => In("summary.csv");

    /// <summary>TensorBoard's event files; only where <c>log.to</c> asks for them.</summary>
    public string TensorBoardDirectory => In("tensorboard");

    /// <summary>Samples that could not be used: path, tab, reason on a line.</summary>
    public string BadSamplesFile => In("bad-samples.txt");

    /// <summary>Who writes here: see <see cref="RunLock"/>.</summary>
    public string LockFile => In("run.lock");

    /// <summary>Whether a name may be a new run's: said before the data are opened, which may take a while.</summary>
    /// <exception cref="UserErrorException">It cannot be one, or the run exists.</exception>
    public static void CheckNew(string runs, string? id)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (id is null)
        {
            return;
        }

        CheckId(id);
        string path = System.IO.Path.Combine(runs, id);
        if (System.IO.Path.Exists(path))
        {
            throw Exists(runs, id, path);
        }
    }

    /// <summary>Makes a run's directory, with recipe and environment in it; it appears complete or not at all.</summary>
    /// <param name="runs">The folder of all runs; made where it is missing.</param>
    /// <param name="id">The run's name; null: the time and the model's name.</param>
    /// <param name="recipe">The resolved recipe.</param>
    /// <param name="commandLine">What the program was started with.</param>
    /// <param name="recipePath">The recipe's file, whose folder's commit is noted; null: the current directory's.</param>
    /// <exception cref="UserErrorException">The name cannot be one, the run exists, or the folder cannot be written.</exception>
    /// <exception cref="RunFailedException">The disk is full, or fails.</exception>
    public static RunDirectory Create(string runs, string? id, Recipe recipe, IReadOnlyList<string> commandLine, string? recipePath = null)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(commandLine);
        if (id is not null)
        {
            CheckId(id);
        }

        string staging = System.IO.Path.Combine(runs, $".new-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(System.IO.Path.Combine(staging, "checkpoints"));
            var staged = new RunDirectory(staging);
            AtomicFile.Write(staged.RecipeFile, Encoding.UTF8.GetBytes(RecipeWriter.Write(recipe)));
            string folder = recipePath is null ? "" : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(recipePath)) ?? "";
            RunEnvironment.Capture(commandLine, folder.Length == 0 ? Environment.CurrentDirectory : folder).Write(staged.EnvironmentFile);
            return new RunDirectory(Publish(staging, runs, id, DefaultId(recipe)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            (string reason, bool full) = Trouble(error, runs);
            string text = $"a run cannot be made in '{runs}': {reason}; {(full ? "make room, or " : "")}choose another folder with --runs";
            throw full ? new RunFailedException(text, error) : new UserErrorException(text, error);
        }
        finally
        {
            Discard(staging);
        }
    }

    /// <summary>Opens the directory of a run that exists.</summary>
    /// <exception cref="UserErrorException">It is none.</exception>
    public static RunDirectory Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string trimmed = System.IO.Path.TrimEndingDirectorySeparator(path);
        if (trimmed.Length == 0 || !Directory.Exists(trimmed))
        {
            throw new UserErrorException(File.Exists(path)
                ? $"'{path}' is a file, not a run's directory; name the directory, as runs/ID"
                : $"there is no run '{path}'; name the directory of one, as runs/ID");
        }

        var run = new RunDirectory(trimmed);
        return File.Exists(run.RecipeFile)
            ? run
            : throw new UserErrorException($"'{path}' is not a run's directory: it has no recipe.yaml; name the directory of a run, as runs/ID");
    }

    /// <summary>The recipe that the run was started with.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or was changed into something that is no recipe.</exception>
    public Recipe ReadRecipe() => RecipeLoader.Load(RecipeFile, []).Recipe;

    /// <summary>Whether a training ever began here: before that, only the recipe is in it.</summary>
    public bool HasStarted => File.Exists(EventsFile) && EventLogReader.Read(EventsFile).OfType<RunStarted>().Any();

    /// <summary>Deletes the run.</summary>
    public void Remove() => Discard(Path);

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private static string Publish(string staging, string runs, string? id, string defaultId)
    {
        for (int attempt = 1; ; attempt++)
        {
            string name = id ?? (attempt == 1 ? defaultId : string.Create(CultureInfo.InvariantCulture, $"{defaultId}-{attempt}"));
            string final = System.IO.Path.Combine(runs, name);
            try
            {
                // Fails where the name is taken, even by another process in this moment: what is moved is never empty.
                Directory.Move(staging, final);
                Durable.FlushDirectory(runs);
                return final;
            }
            catch (IOException) when (System.IO.Path.Exists(final))
            {
                if (id is not null)
                {
                    throw Exists(runs, id, final);
                }
            }
        }
    }

    private static UserErrorException Exists(string runs, string id, string path) =>
        new($"run {id} exists in '{runs}'; resume it with: resume {path}, or choose another --id");

    /// <summary>Whether a name may be a run's.</summary>
    /// <exception cref="UserErrorException">It cannot be one.</exception>
    internal static void CheckId(string id)
    {
        bool valid = id.Length is > 0 and <= LongestId && !id.StartsWith('.') && !id.EndsWith('.')
            && id.All(letter => char.IsLetterOrDigit(letter) || letter is '.' or '_' or '-' or '+' or '=' or ',' or '@');
        if (!valid)
        {
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture,
                $"'{id}' cannot be the name of a run; --id takes up to {LongestId} letters, digits and . _ - + = , @ and does not begin or end in a dot"));
        }
    }

    private static string DefaultId(Recipe recipe)
    {
        string model = string.Concat(recipe.Model.Name.Take(40).Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'));
        return DateTime.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture) + (model.Length == 0 ? "" : "-" + model);
    }

    private static (string Reason, bool Full) Trouble(Exception error, string runs)
    {
        if (File.Exists(runs))
        {
            return ("it is a file", false);
        }

        if (!WriteTrouble.Is(error))
        {
            return (error.Message.TrimEnd('.'), false);
        }

        WriteTrouble trouble = WriteTrouble.Of(error, runs);
        return (trouble.Reason, !trouble.IsMistake);
    }

    private static void Discard(string staging)
    {
        try
        {
            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The error that led here is the one to tell.
        }
    }
}
