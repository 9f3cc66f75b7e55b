using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Replay;

namespace StreamTrainer.Host.Preview;

/// <summary>Which rows of a training are looked at.</summary>
/// <param name="Count">How many at most.</param>
/// <param name="Epoch">The epoch; null: the first, or for a sample all, from the first on.</param>
/// <param name="Sample">The sample's index; null: the rows of the epoch's batches in their order.</param>
internal sealed record PreviewSelection(int Count, long? Epoch, long? Sample)
{
    /// <summary>Epochs named in a message.</summary>
    private const int Named = 3;

    /// <summary>Finds the rows: epochs and positions.</summary>
    /// <param name="samples">The training.</param>
    /// <param name="epochs">Epochs of the recipe.</param>
    /// <param name="count">Samples of the training set.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <exception cref="UserErrorException">There is no such epoch or sample, or the one does not show the other.</exception>
    public IReadOnlyList<(long Epoch, long Position)> Find(SampleReplay samples, long epochs, long count, string source)
    {
        if (Epoch is { } epoch && (epoch < 0 || epoch >= epochs))
        {
            throw new UserErrorException($"--epoch: {epoch} is not one of the recipe's epochs, which are 0 to {epochs - 1} (train.epochs)");
        }

        if (Sample is not { } sample)
        {
            return [.. Rows(samples).Take(Count)];
        }

        if (sample < 0 || sample >= count)
        {
            throw new UserErrorException($"--sample: {sample} is not a sample of {source}, which are 0 to {count - 1}");
        }

        IEnumerable<(long, long)> all = Range(epochs).SelectMany(each => samples.PositionsOf(each, sample).Select(position => (each, position)));
        if (Epoch is not { } only)
        {
            (long, long)[] found = [.. all.Take(Count)];
            return found.Length > 0 ? found : throw new UserErrorException($"--sample: no epoch of the recipe comes to sample {sample}; raise train.epochs");
        }

        IReadOnlyList<long> positions = samples.PositionsOf(only, sample);
        return positions.Count > 0 ? [.. positions.Select(position => (only, position))] : throw Absent(sample, only, all.Select(place => place.Item1));
    }

    /// <summary>The epoch's rows, batch by batch.</summary>
    private IEnumerable<(long Epoch, long Position)> Rows(SampleReplay samples)
    {
        int rows = (int)(samples.PositionsPerEpoch / samples.BatchesPerEpoch);
        return Range(samples.PositionsPerEpoch).Select(i => (Epoch ?? 0, samples.PositionOf(i / rows, (int)(i % rows))));
    }

    private static UserErrorException Absent(long sample, long epoch, IEnumerable<long> epochs)
    {
        long[] others = [.. epochs.Distinct().Take(Named)];
        return new UserErrorException($"--epoch: epoch {epoch} does not come to sample {sample}{(others.Length == 0 ? ", nor does any other" : $"; the first that do are {string.Join(", ", others)}")}");
    }

    private static IEnumerable<long> Range(long count)
    {
        for (long i = 0; i < count; i++)
        {
            yield return i;
        }
    }
}
