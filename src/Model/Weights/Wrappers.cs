using StreamTrainer.Model.Weights.Pickle;

namespace StreamTrainer.Model.Weights;

/// <summary>Finds the state dict in what was saved, as timm does (<c>timm/models/_helpers.py</c>): in a wrapper, an average
/// before the plain weights, and without the prefix of parallel training.</summary>
internal static class Wrappers
{
    private const string Prefix = "module.";
    private const int Deepest = 4;

    private static readonly string[] s_keys = ["state_dict_ema", "model_ema", "state_dict", "model"];

    /// <summary>The tensors by their names.</summary>
    /// <exception cref="PickleException">There are none.</exception>
    public static IEnumerable<(string Name, PickledTensor Tensor)> Unwrap(object? root)
    {
        if (root is not Dictionary<object, object?> state)
        {
            throw new PickleException("what it holds is no state dict");
        }

        for (int i = 0; i < Deepest && s_keys.Select(key => state.GetValueOrDefault(key)).OfType<Dictionary<object, object?>>().FirstOrDefault() is { } inner; i++)
        {
            state = inner;
        }

        (string, PickledTensor)[] tensors = [.. state.Where(entry => entry is { Key: string, Value: PickledTensor }).Select(entry => (WithoutPrefix((string)entry.Key), (PickledTensor)entry.Value!))];
        return tensors.Length > 0 ? tensors : throw new PickleException("what it holds is no state dict: it has no tensors");
    }

    /// <summary>A name without the prefix of parallel training.</summary>
    public static string WithoutPrefix(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
}
