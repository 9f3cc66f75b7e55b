using System.Globalization;
using System.Text.Json;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Host.Evaluations;

/// <summary>What was scored before and need not be again: a folder of predictions and <c>evaluation.json</c>, which lists them with their
/// scores. One process's at a time; a second one costs a row, never a file that is half there.</summary>
/// <param name="folder">The folder; made by the first that writes.</param>
/// <param name="note">Told what is peculiar, in a line.</param>
internal sealed class EvaluationStore(string folder, Action<string> note)
{
    private const string List = "evaluation.json";

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>The name of a pass's file.</summary>
    /// <param name="images">Whose images: val, v2, or another set's.</param>
    /// <param name="cell">The test image.</param>
    /// <param name="tta">Test-time augmentation.</param>
    /// <param name="weights">Which weights.</param>
    public static string NameOf(string images, EvaluationCell cell, TestTimeAugmentation tta, string weights) => string.Create(
        CultureInfo.InvariantCulture, $"{images}-{cell.Resolution}-{cell.CropPct}{(tta == TestTimeAugmentation.None ? "" : $"-{TtaName.Of(tta)}")}-{weights}.msgpack");

    /// <summary>Predictions that are there and of the same weights, images and settings; none: they are to be computed.</summary>
    public SavedPredictions? Find(string name, PredictionKey key)
    {
        string path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            SavedPredictions saved = PredictionFile.Read(path);
            string[] changed = [.. Changed(saved.Key, key)];
            if (changed.Length == 0)
            {
                return saved;
            }

            note($"{path}: of other {string.Join(" and ", changed)}; scored anew");
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            note($"{path}: {error.Message}; scored anew");
        }

        return null;
    }

    /// <summary>Keeps a pass's predictions; where that cannot be, says so.</summary>
    /// <returns>Whether they are kept.</returns>
    public bool Save(string name, SavedPredictions saved) => Try(() => PredictionFile.Write(Path.Combine(folder, name), saved));

    /// <summary>Puts scores in the list, in the place of those of the same set, test image and weights.</summary>
    public void Add(IReadOnlyList<EvaluationRow> rows) => Try(() =>
    {
        EvaluationRow[] kept = [.. Read().Where(old => !rows.Any(row => row.IsOfTheSame(old))), .. rows];
        AtomicFile.Write(Path.Combine(folder, List), JsonSerializer.SerializeToUtf8Bytes(kept, EvaluationJson.Default.EvaluationRowArray));
    });

    private EvaluationRow[] Read()
    {
        string path = Path.Combine(folder, List);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), EvaluationJson.Default.EvaluationRowArray) ?? [] : [];
        }
        catch (JsonException error)
        {
            note($"{path}: it is damaged, and begun anew: {error.Message}");
            return [];
        }
    }

    private bool Try(Action write)
    {
        try
        {
            Directory.CreateDirectory(folder);
            write();
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            note($"{folder}: nothing can be saved there, so it will be scored again: {error.Message}");
            return false;
        }
    }

    private static IEnumerable<string> Changed(PredictionKey saved, PredictionKey key)
    {
        if (saved.Weights != key.Weights)
        {
            yield return "weights";
        }

        if (saved.Data != key.Data)
        {
            yield return "images";
        }

        if (saved.Settings != key.Settings)
        {
            yield return "settings";
        }
    }
}
