using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Weights;

/// <summary>
/// The safetensors format: eight bytes of the header's length, a JSON header, the tensors' bytes. Tensors are written in the
/// order of their names, so the same tensors are the same file.
/// </summary>
public static class Safetensors
{
    private const int ChunkBytes = 1 << 26;
    private const long LargestHeader = 100_000_000;

    private static readonly Dictionary<string, ScalarType> s_types = new(StringComparer.Ordinal)
    {
        ["F64"] = ScalarType.Float64, ["F32"] = ScalarType.Float32, ["F16"] = ScalarType.Float16, ["BF16"] = ScalarType.BFloat16,
        ["I64"] = ScalarType.Int64, ["I32"] = ScalarType.Int32, ["I16"] = ScalarType.Int16, ["I8"] = ScalarType.Int8,
        ["U8"] = ScalarType.Byte, ["BOOL"] = ScalarType.Bool,
    };

    /// <summary>Writes tensors, on any device and with any strides, in row-major order; flushed to the disk.</summary>
    /// <exception cref="IOException">The disk is full or the like.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        KeyValuePair<string, Tensor>[] entries = [.. tensors.OrderBy(entry => entry.Key, StringComparer.Ordinal)];
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        byte[] header = Header(entries);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        file.Write(length);
        file.Write(header);
        foreach ((_, Tensor tensor) in entries)
        {
            using var scope = NewDisposeScope();
            Tensor flat = tensor.detach().cpu().contiguous().reshape(-1);
            ForEachChunk(flat, chunk => file.Write(chunk));
        }

        file.Flush(flushToDisk: true);
    }

    /// <summary>Reads all tensors of a file, to the CPU. They belong to the caller's dispose scope.</summary>
    /// <exception cref="UserErrorException">The file is missing, damaged or no safetensors file.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            Span<byte> start = stackalloc byte[8];
            long length = file.ReadAtLeast(start, 8, throwOnEndOfStream: false) == 8 ? BinaryPrimitives.ReadInt64LittleEndian(start) : -1;
            if (length is < 2 or > LargestHeader || length > file.Length - 8)
            {
                throw Damaged(path, "it has no safetensors header");
            }

            var header = new byte[length];
            file.ReadExactly(header);
            using JsonDocument document = JsonDocument.Parse(header);
            long data = 8 + length;
            var result = new Dictionary<string, Tensor>(StringComparer.Ordinal);
            foreach (JsonProperty entry in document.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
            {
                result[entry.Name] = ReadOne(file, data, entry, path);
            }

            return result;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw Damaged(path, "its header is not valid", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be read: {error.Message}", error);
        }
    }

    private static Tensor ReadOne(FileStream file, long data, JsonProperty entry, string path)
    {
        string name = entry.Name, typeName = entry.Value.GetProperty("dtype").GetString()!;
        if (!s_types.TryGetValue(typeName, out ScalarType type))
        {
            throw Damaged(path, $"'{name}' is of type {typeName}; known are {string.Join(", ", s_types.Keys)}");
        }

        long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64())];
        JsonElement offsets = entry.Value.GetProperty("data_offsets");
        long begin = offsets[0].GetInt64(), end = offsets[1].GetInt64();
        Int128 count = shape.Aggregate((Int128)1, (product, side) => product * side);
        if (shape.Any(side => side < 0) || begin < 0 || end < begin || count * type.ElementSize() != end - begin)
        {
            throw Damaged(path, string.Create(CultureInfo.InvariantCulture, $"'{name}' of shape [{string.Join(", ", shape)}] cannot be {end - begin} bytes"));
        }

        if (data + end > file.Length)
        {
            throw Damaged(path, $"truncated: '{name}' ends at byte {data + end}, the file at {file.Length}");
        }

        Tensor tensor = empty(shape, type);
        file.Position = data + begin;
        using Tensor flat = tensor.view(-1);
        ForEachChunk(flat, file.ReadExactly);
        return tensor;
    }

    private static byte[] Header(KeyValuePair<string, Tensor>[] entries)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            long offset = 0;
            foreach ((string name, Tensor tensor) in entries)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", s_types.First(type => type.Value == tensor.dtype).Key);
                json.WriteStartArray("shape");
                foreach (long side in tensor.shape)
                {
                    json.WriteNumberValue(side);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.numel() * tensor.ElementSize);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces up to a multiple of eight, so that readers that map the file find aligned numbers.
        while (memory.Length % 8 != 0)
        {
            memory.WriteByte((byte)' ');
        }

        return memory.ToArray();
    }

    private delegate void SpanAction(Span<byte> chunk);

    /// <summary>A span's length is an int; a tensor's may be more.</summary>
    private static void ForEachChunk(Tensor flat, SpanAction action)
    {
        long step = ChunkBytes / flat.ElementSize;
        for (long done = 0; done < flat.numel(); done += step)
        {
            using Tensor chunk = flat.narrow(0, done, Math.Min(step, flat.numel() - done));
            action(chunk.bytes);
        }
    }

    private static UserErrorException Damaged(string path, string what, Exception? inner = null) =>
        inner is null ? new UserErrorException($"{path}: {what}; copy or save it again") : new UserErrorException($"{path}: {what}; copy or save it again", inner);
}
