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
        Load(model, path, []);
    }

    /// <summary>Loads a model to go on from, perhaps for other classes: a classifier of another size stays as it is.</summary>
    /// <returns>The names of what stays.</returns>
    /// <exception cref="UserErrorException">The file cannot be read, or belongs to another model.</exception>
    public static IReadOnlyList<string> LoadToGoOnFrom(ImageClassifier model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Load(model, path, [$"{model.ClassifierName}.weight", $"{model.ClassifierName}.bias"]);
    }

    private static List<string> Load(nn.Module model, string path, string[] classifier)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> saved = WeightsFile.Read(path);
        Dictionary<string, Tensor> own = model.state_dict();
        bool otherClasses = classifier.Any(name => own.TryGetValue(name, out Tensor? mine) && (!saved.TryGetValue(name, out Tensor? other) || !other.shape.SequenceEqual(mine.shape)));
        HashSet<string> kept = otherClasses ? [.. classifier.Where(own.ContainsKey)] : [];
        var faults = new StateDictFaults(own, saved);
        var values = new List<(Tensor Target, Tensor Value)>();
        foreach ((string name, Tensor target) in own.Where(entry => !kept.Contains(entry.Key)))
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

        foreach (string name in saved.Keys.Where(name => !own.ContainsKey(name) && !(otherClasses && classifier.Contains(name))))
        {
            faults.Unknown(name);
        }

        faults.Throw(path, model.GetName());
        foreach ((Tensor target, Tensor value) in values)
        {
            target.copy_(value);
        }

        return [.. kept.Order(StringComparer.Ordinal)];
    }
}
