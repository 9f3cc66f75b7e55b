using static TorchSharp.torch;

namespace StreamTrainer.Model.Weights;

/// <summary>Types of tensors and their names in the two kinds of files.</summary>
internal static class TensorTypes
{
    private static readonly (ScalarType Type, string Safetensors, string Storage)[] s_types =
    [
        (ScalarType.Float64, "F64", "DoubleStorage"), (ScalarType.Float32, "F32", "FloatStorage"), (ScalarType.Float16, "F16", "HalfStorage"),
        (ScalarType.BFloat16, "BF16", "BFloat16Storage"), (ScalarType.Int64, "I64", "LongStorage"), (ScalarType.Int32, "I32", "IntStorage"),
        (ScalarType.Int16, "I16", "ShortStorage"), (ScalarType.Int8, "I8", "CharStorage"), (ScalarType.Byte, "U8", "ByteStorage"),
        (ScalarType.Bool, "BOOL", "BoolStorage"),
    ];

    /// <summary>safetensors' names.</summary>
    public static IEnumerable<string> SafetensorsNames => s_types.Select(type => type.Safetensors);

    /// <summary>PyTorch's names of storages.</summary>
    public static IEnumerable<string> StorageNames => s_types.Select(type => type.Storage);

    /// <summary>The type that safetensors calls so; none: unknown.</summary>
    public static ScalarType? OfSafetensors(string name) => Find(type => type.Safetensors == name);

    /// <summary>The type of a storage that PyTorch calls so; none: unknown.</summary>
    public static ScalarType? OfStorage(string name) => Find(type => type.Storage == name);

    /// <summary>safetensors' name.</summary>
    public static string SafetensorsName(ScalarType type) => s_types.First(each => each.Type == type).Safetensors;

    /// <summary>PyTorch's name of the storage.</summary>
    public static string StorageName(ScalarType type) => s_types.First(each => each.Type == type).Storage;

    /// <summary>Whether numbers of the type have fractions.</summary>
    public static bool IsFloat(ScalarType type) => type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    private static ScalarType? Find(Predicate<(ScalarType, string Safetensors, string Storage)> which)
    {
        int at = Array.FindIndex(s_types, which);
        return at < 0 ? null : s_types[at].Type;
    }
}
