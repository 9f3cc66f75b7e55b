using System.Globalization;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Model.Weights;

/// <summary>What becomes of the classifier when a run starts from weights: decided by the classes' names, or where nobody knows
/// those of the weights, by their number.</summary>
/// <param name="IsFresh">Whether it stays as the fresh model has it.</param>
/// <param name="Rows">The weights' output for each of the own ones, where the classes are the same in another order.</param>
/// <param name="Reason">Both in words, for the user.</param>
public sealed record StartingHead(bool IsFresh, IReadOnlyList<int>? Rows, string Reason)
{
    /// <summary>Decides.</summary>
    /// <param name="choice">What the recipe says.</param>
    /// <param name="own">The classes of the training set.</param>
    /// <param name="outputs">Outputs of the own classifier.</param>
    /// <param name="theirs">The classes of the weights; none where they do not say.</param>
    /// <param name="theirOutputs">Outputs of the weights' classifier; none where they have none that the network could take.</param>
    /// <exception cref="UserErrorException">The classifier is to be kept, and cannot be.</exception>
    public static StartingHead Decide(HeadChoice choice, IReadOnlyList<string> own, long outputs, IReadOnlyList<string>? theirs, long? theirOutputs)
    {
        ArgumentNullException.ThrowIfNull(own);
        if (choice == HeadChoice.Fresh)
        {
            return Fresh("as train.head says");
        }

        string? misfit = theirOutputs is null ? "the weights have none that fits the network"
            : theirOutputs != outputs ? string.Create(CultureInfo.InvariantCulture, $"the weights have {Counted.Of(theirOutputs.Value, "class", "classes")}, this run {outputs}")
            : null;
        if (choice == HeadChoice.Keep)
        {
            return misfit is null ? Kept("as train.head says") : throw new UserErrorException($"train.head: the classifier cannot be kept: {misfit}; set train.head to auto or fresh");
        }

        if (misfit is not null)
        {
            return Fresh(misfit);
        }

        if (theirs is null)
        {
            return Kept("the weights have as many classes and do not name them; train.head: fresh begins anew");
        }

        if (own.SequenceEqual(theirs, StringComparer.Ordinal))
        {
            return Kept("the classes are the same");
        }

        Dictionary<string, int> places = [];
        for (int i = 0; i < theirs.Count; i++)
        {
            places.TryAdd(theirs[i], i);
        }

        if (own.FirstOrDefault(name => !places.ContainsKey(name)) is { } unknown)
        {
            return Fresh($"the weights do not know the class '{unknown}'; train.head: keep takes theirs all the same");
        }

        if (own.Count != theirs.Count)
        {
            return Fresh(string.Create(CultureInfo.InvariantCulture, $"the weights name {Counted.Of(theirs.Count, "class", "classes")}, this run {own.Count}"));
        }

        // Outputs beyond the named classes stay where they are.
        int[] rows = [.. own.Select(name => places[name]), .. Enumerable.Range(own.Count, (int)outputs - own.Count)];
        return new StartingHead(false, rows, "the classifier is kept: the classes are the same, and its outputs were put in this set's order of them");
    }

    private static StartingHead Fresh(string why) => new(true, null, $"the classifier is fresh: {why}");

    private static StartingHead Kept(string why) => new(false, null, $"the classifier is kept: {why}");
}
