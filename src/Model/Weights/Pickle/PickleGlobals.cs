using static TorchSharp.torch;

namespace StreamTrainer.Model.Weights.Pickle;

/// <summary>
/// What a file of weights may name, and what comes of calling it. Nothing of this runs code of the file's: a call makes a
/// dictionary, a tensor or something inert, and a name that is not here is refused.
/// </summary>
internal static class PickleGlobals
{
    private static readonly HashSet<string> s_inert = new(StringComparer.Ordinal)
    {
        "argparse Namespace", "torch device", "torch Size",
    };

    private static readonly HashSet<string> s_dtypes = new(StringComparer.Ordinal)
    {
        "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool",
    };

    /// <summary>The name, where it is allowed.</summary>
    /// <exception cref="PickleException">It is not.</exception>
    public static PickledGlobal Find(string module, string name)
    {
        bool known = (module, name) switch
        {
            ("collections", "OrderedDict") => true,
            ("torch._utils", "_rebuild_tensor" or "_rebuild_tensor_v2" or "_rebuild_parameter") => true,
            ("torch" or "torch.storage", _) when TensorTypes.OfStorage(name) is not null => true,
            ("torch", _) when s_dtypes.Contains(name) => true,
            _ => s_inert.Contains($"{module} {name}"),
        };
        return known ? new PickledGlobal(module, name) : throw new PickleException($"it tries to use {module}.{name}, which no state dict needs and which could run any code; refused");
    }

    /// <summary>What a call gives.</summary>
    /// <exception cref="PickleException">The arguments are not what the function takes.</exception>
    public static object? Call(PickledGlobal function, object?[] arguments) => (function.Module, function.Name, arguments) switch
    {
        ("collections", "OrderedDict", []) => new Dictionary<object, object?>(),
        ("collections", "OrderedDict", [List<object?> pairs]) => OfPairs(pairs),
        ("torch._utils", "_rebuild_tensor" or "_rebuild_tensor_v2", [PickledStorage storage, long offset, object?[] shape, object?[] strides, ..]) =>
            Tensor(storage, offset, Longs(shape), Longs(strides)),
        ("torch._utils", "_rebuild_parameter", [PickledTensor tensor, ..]) => tensor,
        _ when s_inert.Contains($"{function.Module} {function.Name}") => new PickledOpaque(function),
        _ => throw new PickleException($"it calls {function.Module}.{function.Name} with arguments that it does not take"),
    };

    /// <summary>A new object of a class that nobody asks for.</summary>
    /// <exception cref="PickleException">The class is not among the inert ones.</exception>
    public static PickledOpaque New(PickledGlobal type) => s_inert.Contains($"{type.Module} {type.Name}")
        ? new PickledOpaque(type)
        : throw new PickleException($"it makes a {type.Module}.{type.Name} by an opcode that no state dict needs; refused");

    /// <summary>A storage, of what PyTorch writes for it: ("storage", type, key, device, elements), in old files with a view of another
    /// storage after them, which nobody writes any more.</summary>
    public static PickledStorage Storage(object? id) => 
        id is object?[] parts and ["storage", PickledGlobal type, string key, _, long count, ..] && count >= 0 && (parts.Length == 5 || parts is [.., null])
        ? new PickledStorage(key, TensorTypes.OfStorage(type.Name) ?? throw new PickleException($"a storage is of the type {type.Module}.{type.Name}"), count)
        : throw new PickleException("it refers to something that is no storage of a tensor");

    private static PickledTensor Tensor(PickledStorage storage, long offset, long[] shape, long[] strides)
    {
        long? count = TensorBytes.Count(shape);
        bool fits = count is not null && shape.Length == strides.Length && offset >= 0 && offset <= storage.Count && strides.All(stride => stride >= 0);
        if (fits && count > 0)
        {
            Int128 last = offset;
            for (int i = 0; i < shape.Length; i++)
            {
                last += (Int128)(shape[i] - 1) * strides[i];
            }

            fits = last < storage.Count;
        }

        return fits
            ? new PickledTensor(storage, offset, shape, strides)
            : throw new PickleException($"a tensor of shape [{string.Join(", ", shape)}] reaches out of its storage of {storage.Count} elements");
    }

    private static long[] Longs(object?[] values) => [.. values.Select(value => value is long number ? number : throw new PickleException("a shape or stride is no number"))];

    private static Dictionary<object, object?> OfPairs(List<object?> pairs)
    {
        var result = new Dictionary<object, object?>();
        foreach (object? pair in pairs)
        {
            if (pair is not object?[] and not List<object?> || (pair is object?[] tuple ? tuple : [.. (List<object?>)pair]) is not [string or long, _] both)
            {
                throw new PickleException("an OrderedDict is made of something else than pairs");
            }

            result[both[0]!] = both[1];
        }

        return result;
    }
}
