using Microsoft.Extensions.Logging;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Model.Training;

/// <summary>The sets that a recipe trains on and is scored on, open, and checked against it: whatever the data alone can say against
/// a run, it has said. Any thread.</summary>
public sealed class TrainingData : IDisposable
{
    private TrainingData(ISampleSource train, ISampleSource? val, int classes)
    {
        Train = train;
        Val = val;
        Classes = classes;
    }

    /// <summary>The training set.</summary>
    public ISampleSource Train { get; }

    /// <summary>The validation set under the training set's class numbers; none where the recipe has none.</summary>
    public ISampleSource? Val { get; }

    /// <summary>Outputs of the classifier.</summary>
    public int Classes { get; }

    /// <summary>Opens them.</summary>
    /// <param name="recipe">The resolved recipe.</param>
    /// <param name="logger">Where it is said that a data set is being made, which takes a while.</param>
    /// <exception cref="UserErrorException">A set cannot be read, they do not belong together, or the recipe does not fit them: too few
    /// classes, or not one batch.</exception>
    public static TrainingData Open(Recipe recipe, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ISampleSource train = SampleSources.Open(recipe.Data.Train, logger);
        try
        {
            int classes = recipe.Model.NumClasses ?? train.ClassNames.Count;
            RunChecks.Classes(train, classes);
            _ = TrainingBatches.Plan(recipe, train.Count);
            ISampleSource? val = recipe.Data.Val is { } path ? ClassMap.Align(SampleSources.Open(path, logger), train) : null;
            return new TrainingData(train, val, classes);
        }
        catch
        {
            train.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Val?.Dispose();
        Train.Dispose();
    }
}
