using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace StreamTrainer.Tests;

/// <summary>Reads the golden vectors' safetensors: an independent reader, so that the product's own is tested against it.</summary>
public sealed class SafetensorsFile
{
    private readonly byte[] _bytes;
    private readonly int _data;
    private readonly Dictionary<string, (string Type, long[] Shape, int Begin, int End)> _entries = [];

    /// <summary>Reads a whole file.</summary>
    public SafetensorsFile(string path)
    {
        _bytes = File.ReadAllBytes(path);
        int header = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(_bytes));
        _data = 8 + header;
        using JsonDocument document = JsonDocument.Parse(_bytes.AsMemory(8, header));
        foreach (JsonProperty entry in document.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            JsonElement offsets = entry.Value.GetProperty("data_offsets");
            _entries[entry.Name] = (
                entry.Value.GetProperty("dtype").GetString()!,
                [.. entry.Value.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64())],
                offsets[0].GetInt32(),
                offsets[1].GetInt32());
        }
    }

    /// <summary>The tensors' names.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>A tensor's shape.</summary>
    public long[] Shape(string name) => _entries[name].Shape;

    /// <summary>A tensor's type as the file names it.</summary>
    public string TypeOf(string name) => _entries[name].Type;

    /// <summary>A tensor's elements; <typeparamref name="T"/> must be of the file's width.</summary>
    public T[] Read<T>(string name)
        where T : unmanaged
    {
        (_, _, int begin, int end) = _entries[name];
        return MemoryMarshal.Cast<byte, T>(_bytes.AsSpan(_data + begin, end - begin)).ToArray();
    }

    /// <summary>A tensor of any float type, as double.</summary>
    public double[] ReadDoubles(string name) => TypeOf(name) switch
    {
        "F32" => [.. Read<float>(name).Select(value => (double)value)],
        "F64" => Read<double>(name),
        "I64" => [.. Read<long>(name).Select(value => (double)value)],
        "I32" => [.. Read<int>(name).Select(value => (double)value)],
        var type => throw new NotSupportedException($"{name} is {type}"),
    };
}
