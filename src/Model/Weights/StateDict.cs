using StreamTrainer.Pipeline;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Weights;

/// <summary>A model's parameters and buffers as a safetensors file, under timm's names.</summary>
public static class StateDict
{
    /// <summary>Saves a model.</summary>
    public static void Save(nn.Module model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var guard = no_grad();
        Safetensors.Write(path, model.state_dict());
    }

    /// <summary>Loads a model: its tensors stay where they are and take the file's values.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, or belongs to another model.</exception>
    public static void Load(nn.Module model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> saved = Safetensors.Read(path);
        Dictionary<string, Tensor> own = model.state_dict();
        string[] faults =
        [
            .. own.Keys.Where(name => !saved.ContainsKey(name)).Select(name => $"'{name}' is missing"),
            .. saved.Keys.Where(name => !own.ContainsKey(name)).Select(name => $"'{name}' is not in the model"),
            .. own.Where(entry => saved.TryGetValue(entry.Key, out Tensor? other) && !other.shape.SequenceEqual(entry.Value.shape))
                .Select(entry => $"'{entry.Key}' is [{string.Join(", ", saved[entry.Key].shape)}], not [{string.Join(", ", entry.Value.shape)}]"),
        ];
        if (faults.Length > 0)
        {
            const int Shown = 5;
            string more = faults.Length > Shown ? $" and {faults.Length - Shown} more" : "";
            throw new UserErrorException($"{path}: does not fit the model {model.GetName()}: {string.Join("; ", faults.Take(Shown))}{more}; look at model.name and the number of classes");
        }

        foreach ((string name, Tensor tensor) in own)
        {
            tensor.copy_(saved[name]);
        }
    }
}
