using System.IO.Hashing;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Host.Evaluations;

/// <summary>What answers depend on. Where all of it is the same, they need not be computed again.</summary>
/// <param name="Weights">XXH128 of the file of weights.</param>
/// <param name="Data">The images: <see cref="Pipeline.Sources.SourceFingerprint"/>.</param>
/// <param name="Settings">Model, test image and arithmetic, as a recipe writes them.</param>
internal sealed record PredictionKey(string Weights, string Data, string Settings)
{
    /// <summary>The checksum of a file of weights.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static string ChecksumOf(string file)
    {
        try
        {
            var hash = new XxHash128();
            using FileStream stream = File.OpenRead(file);
            hash.Append(stream);
            return Convert.ToHexStringLower(hash.GetCurrentHash());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{file} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The part of a recipe that an answer depends on. Batch size and workers are none: they change no more than rounding.</summary>
    /// <param name="recipe">The recipe, with the test image's size and crop.</param>
    /// <param name="device">Where it is computed.</param>
    /// <param name="fold">Whether norms are folded into convolutions.</param>
    public static string SettingsOf(Recipe recipe, ComputeDevice device, bool fold)
    {
        var plain = new Recipe();
        var defaults = new EvaluationOptions();
        Recipe what = plain with
        {
            Model = recipe.SizedModel(),
            Data = plain.Data with { Mean = recipe.Data.Mean, Std = recipe.Data.Std, ExifOrientation = recipe.Data.ExifOrientation },
            Eval = recipe.Eval with { BatchSize = defaults.BatchSize, EveryEpochs = defaults.EveryEpochs },
        };
        return $"{device.Device.type} {device.PrecisionName}{(fold ? " folded" : "")}\n{RecipeWriter.Write(what)}";
    }
}
