using System.Text.Json;
using StreamTrainer.Host.Evaluations;
using StreamTrainer.Pipeline.Options;
using Xunit;

namespace StreamTrainer.Host.Tests.Evaluations;

/// <summary>What was scored is kept, found again, and not taken where anything is another.</summary>
public sealed class EvaluationStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _notes = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Predictions_come_back_as_they_were()
    {
        SavedPredictions saved = ScorerTests.Saved([0, -1, 2], [3, 0, 1, 0, 0, 0, 1, float.NaN, float.NegativeInfinity], 3);
        string file = _folder["a.msgpack"];
        PredictionFile.Write(file, saved);
        SavedPredictions read = PredictionFile.Read(file);
        Assert.Equal(saved.Key, read.Key);
        Assert.Equal(saved.Images, read.Images);
        Assert.Equal((saved.Answers.Count, saved.Answers.Classes), (read.Answers.Count, read.Answers.Classes));
        Assert.Equal(saved.Answers.Labels, read.Answers.Labels);
        Assert.Equal(saved.Answers.Top, read.Answers.Top);
        Assert.Equal(saved.Answers.TopLogits, read.Answers.TopLogits);
        Assert.Equal(saved.Answers.LabelLogits, read.Answers.LabelLogits);
        Assert.Equal(saved.Answers.LogSumExp, read.Answers.LogSumExp);
    }

    /// <summary>No file, however cut or changed, is taken for another or ends the program.</summary>
    [Fact]
    public void Damage_is_told_as_damage()
    {
        string file = _folder["a.msgpack"];
        PredictionFile.Write(file, ScorerTests.Saved([0, 1], [3, 0, 1, 2], 2));
        byte[] whole = File.ReadAllBytes(file);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(file, whole[..length]);
            Assert.Throws<InvalidDataException>(() => PredictionFile.Read(file));
        }

        var random = new Random(1);
        for (int trial = 0; trial < 2000; trial++)
        {
            byte[] bytes = [.. whole];
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(file, bytes);
            try
            {
                PredictionFile.Read(file);
            }
            catch (InvalidDataException)
            {
                // Told.
            }
        }
    }

    [Fact]
    public void Other_weights_images_or_settings_are_noticed()
    {
        var store = new EvaluationStore(_folder["evaluations"], _notes.Add);
        SavedPredictions saved = ScorerTests.Saved([0, 1], [3, 0, 1, 2], 2);
        string name = EvaluationStore.NameOf("val", new EvaluationCell(224, 0.875), TestTimeAugmentation.Flip, "best");
        Assert.Equal("val-224-0.875-flip-best.msgpack", name);
        Assert.Null(store.Find(name, saved.Key));
        Assert.True(store.Save(name, saved));
        Assert.NotNull(store.Find(name, saved.Key));
        Assert.Empty(_notes);
        Assert.Null(store.Find(name, saved.Key with { Weights = "others" }));
        Assert.Null(store.Find(name, saved.Key with { Data = "others" }));
        Assert.Null(store.Find(name, saved.Key with { Settings = "others", Data = "others" }));
        Assert.Equal(["weights", "images", "images and settings"], _notes.Select(note => note[(note.IndexOf("other ", StringComparison.Ordinal) + 6)..note.IndexOf(';', StringComparison.Ordinal)]));
        File.WriteAllText(Path.Combine(store.Folder, name), "no predictions");
        Assert.Null(store.Find(name, saved.Key));
        Assert.EndsWith("scored anew", _notes[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_has_each_thing_once_the_last_score_of_it()
    {
        var store = new EvaluationStore(_folder["evaluations"], _notes.Add);
        store.Add([Row("val", 0.5), Row("real", 0.6)]);
        store.Add([Row("val", 0.7), Row("v2", 0.4)]);
        string file = Path.Combine(store.Folder, "evaluation.json");
        using (JsonDocument list = JsonDocument.Parse(File.ReadAllBytes(file)))
        {
            Assert.Equal([("real", 0.6), ("val", 0.7), ("v2", 0.4)], list.RootElement.EnumerateArray().Select(row => (row.GetProperty("set").GetString()!, row.GetProperty("top1").GetDouble())));
            // The names that reports read.
            Assert.All(
                (string[])["set", "resolution", "cropPct", "tta", "weights", "count", "top1", "top1Low", "top1High", "top5", "loss", "ece", "predictions"],
                name => Assert.True(list.RootElement[1].TryGetProperty(name, out _), name));
        }

        File.WriteAllText(file, "[{");
        store.Add([Row("val", 0.8)]);
        Assert.Contains("begun anew", Assert.Single(_notes), StringComparison.Ordinal);
        Assert.Equal(1, JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.GetArrayLength());
    }

    [Fact]
    public void Where_nothing_can_be_written_that_is_said_and_no_more()
    {
        string file = _folder.Write("file", "not a folder");
        var store = new EvaluationStore(Path.Combine(file, "evaluations"), _notes.Add);
        Assert.False(store.Save("a", ScorerTests.Saved([0], [1, 0], 2)));
        store.Add([Row("val", 0.5)]);
        Assert.All(_notes, note => Assert.Contains("nothing can be saved there", note, StringComparison.Ordinal));
        Assert.Equal(2, _notes.Count);
    }

    private static EvaluationRow Row(string set, double top1) => new()
    {
        Set = set, Resolution = 224, CropPct = 0.95, Tta = "none", Weights = "best", Count = 10, Bad = 0, Top1 = top1, Top1Low = 0, Top1High = 1,
        Top5 = 1, Top5Low = 0, Top5High = 1, Loss = set == "real" ? null : 1, Ece = 0.1, EceLow = 0, EceHigh = 1, Predictions = "file",
    };
}
