using System.Text.Json;
using StreamTrainer.Host.Evaluations;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Reports.Reading;

/// <summary>What <c>eval</c> found of a run: its <c>evaluations/evaluation.json</c>.</summary>
internal static class EvaluationFile
{
    /// <summary>All scores of a run; none where nothing was scored.</summary>
    /// <exception cref="UserErrorException">The file is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<EvaluationRow> Read(string run)
    {
        string file = Path.Combine(run, "evaluations", "evaluation.json");
        if (!File.Exists(file))
        {
            return [];
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), EvaluationJson.Default.EvaluationRowArray) ?? [];
        }
        catch (JsonException error)
        {
            throw new UserErrorException($"'{file}' cannot be read ({error.Message}); score the run again with eval", error);
        }
    }
}
