using StreamTrainer.Pipeline;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Weights;

/// <summary>Why a file's tensors are not a model's: key by key, each with what may have been meant.</summary>
internal sealed class StateDictFaults(IReadOnlyDictionary<string, Tensor> own, IReadOnlyDictionary<string, Tensor> saved)
{
    private const int Shown = 20, Searched = 4096;

    private readonly List<Func<string>> _faults = [];

    /// <summary>Something in a sentence.</summary>
    public void Add(string fault) => _faults.Add(() => fault);

    /// <summary>The model has it, and the file has not.</summary>
    public void Missing(string name) => _faults.Add(() => $"'{name}' is missing{Nearest(name, own[name], saved, own) switch { null => "", var near => $"; the file has '{near}'" }}");

    /// <summary>The file has it, and the model has not.</summary>
    public void Unknown(string name) => _faults.Add(() => $"'{name}' is not in the model{Nearest(name, saved[name], own, saved) switch { null => "", var near => $"; it has '{near}'" }}");

    /// <summary>Throws where there is a fault.</summary>
    /// <exception cref="UserErrorException">There is.</exception>
    public void Throw(string path, string model)
    {
        if (_faults.Count > 0)
        {
            string more = _faults.Count > Shown ? $"\n  and {_faults.Count - Shown} more" : "";
            throw new UserErrorException(
                $"{path}: does not fit the model {model}; look at model.name and the number of classes:\n  {string.Join("\n  ", _faults.Take(Shown).Select(fault => fault()))}{more}");
        }
    }

    /// <summary>Of the keys that only the other side has, the one of the same shape, if any, with the most letters alike at both ends.</summary>
    private static string? Nearest(string name, Tensor tensor, IReadOnlyDictionary<string, Tensor> others, IReadOnlyDictionary<string, Tensor> same) =>
        others.Where(entry => !same.ContainsKey(entry.Key)).Take(Searched)
            .Select(entry => (entry.Key, Alike: Alike(name, entry.Key) + (entry.Value.shape.SequenceEqual(tensor.shape) ? name.Length : 0)))
            .Where(entry => 2 * entry.Alike >= name.Length)
            .OrderByDescending(entry => entry.Alike).ThenBy(entry => entry.Key.Length).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .FirstOrDefault().Key;

    private static int Alike(string one, string two)
    {
        int shorter = Math.Min(one.Length, two.Length), start = 0, end = 0;
        while (start < shorter && one[start] == two[start])
        {
            start++;
        }

        while (end < shorter - start && one[^(end + 1)] == two[^(end + 1)])
        {
            end++;
        }

        return start + end;
    }
}
