using StreamTrainer.Model.Architectures;
using StreamTrainer.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Weights;

/// <summary>A model's parameters and buffers under timm's names: saved as safetensors, loaded from any <see cref="WeightsFile"/>.</summary>
public static class StateDict
{
    /// <summary>Counters that PyTorch itself does without where a file is older than they.</summary>
    private const string Counter = ".num_batches_tracked";

    /// <summary>Saves a model.</summary>
    public static void Save(nn.Module model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var guard = no_grad();
        Safetensors.Write(path, model.state_dict());
    }

    /// <summary>Loads a model: its tensors stay where they are and take the file's values, of whatever width. Positions of a
    /// transformer for images of another size are resampled.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, or belongs to another model: key by key, with the nearest candidate.</exception>
    public static void Load(nn.Module model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Load(model, path, WeightsFile.Read(path), model.state_dict(), []);
    }

    /// <summary>Loads a model to go on from, perhaps for other classes: all but the classifier must fit.</summary>
    /// <param name="model">The model; a classifier that is to be fresh stays as it is.</param>
    /// <param name="path">The file.</param>
    /// <param name="decide">Says what becomes of the classifier, by the outputs that the file's has; null: it has none that fits.</param>
    /// <exception cref="UserErrorException">The file cannot be read, or belongs to another model.</exception>
    public static StartingHead LoadToGoOnFrom(ImageClassifier model, string path, Func<long?, StartingHead> decide)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(decide);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> saved = WeightsFile.Read(path);
        Dictionary<string, Tensor> own = model.state_dict();
        string[] classifier = [$"{model.ClassifierName}.weight", $"{model.ClassifierName}.bias"];
        string[] mine = [.. classifier.Where(own.ContainsKey)];
        // Its outputs are the first dimension; all others are the network's.
        bool fits = mine.All(name => saved.TryGetValue(name, out Tensor? other) && other.shape.Skip(1).SequenceEqual(own[name].shape.Skip(1)))
            && mine.Select(name => saved[name].shape.FirstOrDefault()).Distinct().Count() == 1;
        StartingHead head = decide(fits ? saved[mine[0]].shape[0] : null);
        if (head.IsFresh)
        {
            Load(model, path, saved, own, [.. classifier]);
            return head;
        }

        if (head.Rows is { } rows)
        {
            Tensor order = tensor(rows.Select(row => (long)row).ToArray());
            saved = saved.ToDictionary(entry => entry.Key, entry => mine.Contains(entry.Key) ? entry.Value.index_select(0, order) : entry.Value, StringComparer.Ordinal);
        }

        Load(model, path, saved, own, []);
        return head;
    }

    private static void Load(nn.Module model, string path, IReadOnlyDictionary<string, Tensor> saved, Dictionary<string, Tensor> own, HashSet<string> leftOut)
    {
        var faults = new StateDictFaults(own, saved);
        var values = new List<(Tensor Target, Tensor Value)>();
        foreach ((string name, Tensor target) in own.Where(entry => !leftOut.Contains(entry.Key)))
        {
            if (!saved.TryGetValue(name, out Tensor? value))
            {
                if (!name.EndsWith(Counter, StringComparison.Ordinal))
                {
                    faults.Missing(name);
                }
            }
            else if (TensorTypes.IsFloat(value.dtype) != TensorTypes.IsFloat(target.dtype))
            {
                faults.Add($"'{name}' is of {value.dtype}, not of {target.dtype}");
            }
            else if (value.shape.SequenceEqual(target.shape))
            {
                values.Add((target, value));
            }
            else if ((model as ImageClassifier)?.Adapt(name, value) is { } adapted)
            {
                values.Add((target, adapted));
            }
            else
            {
                faults.Add($"'{name}' is [{string.Join(", ", value.shape)}], not [{string.Join(", ", target.shape)}]");
            }
        }

        foreach (string name in saved.Keys.Where(name => !own.ContainsKey(name) && !leftOut.Contains(name)))
        {
            faults.Unknown(name);
        }

        faults.Throw(path, model.GetName());
        foreach ((Tensor target, Tensor value) in values)
        {
            target.copy_(value);
        }
    }
}
