using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Weights;

/// <summary>
/// The safetensors format: eight bytes of the header's length, a JSON header, the tensors' bytes. Tensors are written in the
/// order of their names, so the same tensors are the same file. What is read must be whole: every byte belongs to one tensor.
/// </summary>
public static class Safetensors
{
    private const long LargestHeader = 100_000_000;

    private sealed record Entry(string Name, ScalarType Type, long[] Shape, long Begin, long End);

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
            TensorBytes.Write(file, tensor);
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
            return Read(file, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be read: {ReadTrouble.Of(error)}", error);
        }
    }

    /// <summary>The same from a stream that can seek.</summary>
    internal static IReadOnlyDictionary<string, Tensor> Read(Stream file, string path)
    {
        (Entry[] entries, long data) = ReadHeader(file, path);
        var result = new Dictionary<string, Tensor>(entries.Length, StringComparer.Ordinal);
        foreach (Entry entry in entries)
        {
            Tensor tensor = empty(entry.Shape, entry.Type);
            file.Position = data + entry.Begin;
            using Tensor flat = tensor.view(-1);
            TensorBytes.ForEach(flat, file.ReadExactly);
            result[entry.Name] = tensor;
        }

        return result;
    }

    private static (Entry[] Entries, long Data) ReadHeader(Stream file, string path)
    {
        Span<byte> start = stackalloc byte[8];
        ulong length = file.ReadAtLeast(start, 8, throwOnEndOfStream: false) == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(start) : 0;
        if (length < 2)
        {
            throw Damaged(path, "it has no safetensors header");
        }

        if (length > LargestHeader)
        {
            throw Damaged(path, $"its header would be {length} bytes long, and at most {LargestHeader} are allowed");
        }

        if ((long)length > file.Length - 8)
        {
            throw Damaged(path, $"truncated: its header would end at byte {length + 8}, the file at {file.Length}");
        }

        var header = new byte[length];
        file.ReadExactly(header);
        long data = 8 + (long)length;
        try
        {
            using JsonDocument document = JsonDocument.Parse(header);
            var names = new HashSet<string>(StringComparer.Ordinal);
            Entry[] entries =
            [
                .. document.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__").Select(entry => names.Add(entry.Name)
                    ? ReadEntry(entry, path)
                    : throw Damaged(path, $"it has '{entry.Name}' twice")),
            ];
            CheckLayout(entries, data, file.Length, path);
            return (entries, data);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw Damaged(path, "its header is not valid", error);
        }
    }

    private static Entry ReadEntry(JsonProperty entry, string path)
    {
        string name = entry.Name, typeName = entry.Value.GetProperty("dtype").GetString()!;
        if (TensorTypes.OfSafetensors(typeName) is not { } type)
        {
            throw Damaged(path, $"'{name}' is of type {typeName}; known are {string.Join(", ", TensorTypes.SafetensorsNames)}");
        }

        long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64())];
        JsonElement offsets = entry.Value.GetProperty("data_offsets");
        long begin = offsets[0].GetInt64(), end = offsets[1].GetInt64();
        if (TensorBytes.Count(shape) is not { } count || begin < 0 || end < begin || offsets.GetArrayLength() != 2 || count * type.ElementSize() != end - begin)
        {
            throw Damaged(path, string.Create(CultureInfo.InvariantCulture, $"'{name}' of type {typeName} and shape [{string.Join(", ", shape)}] cannot be {(Int128)end - begin} bytes"));
        }

        return new Entry(name, type, shape, begin, end);
    }

    /// <summary>Each tensor begins where the one before it ends, and the last ends with the file: the format's own rule, which leaves
    /// no place to hide anything.</summary>
    private static void CheckLayout(Entry[] entries, long data, long length, string path)
    {
        long at = 0;
        Entry? before = null;
        foreach (Entry entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.End > length - data)
            {
                throw Damaged(path, $"truncated: '{entry.Name}' ends at byte {(Int128)data + entry.End}, the file at {length}");
            }

            if (entry.Begin != at)
            {
                throw Damaged(path, entry.Begin < at
                    ? $"'{entry.Name}' overlaps '{before!.Name}': it begins at byte {entry.Begin} of the data, and the other ends at {at}"
                    : $"bytes {at} to {entry.Begin} of the data, before '{entry.Name}', belong to no tensor");
            }

            at = entry.End;
            before = entry;
        }

        if (at != length - data)
        {
            throw Damaged(path, $"{length - data - at} bytes after the last tensor belong to no tensor");
        }
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
                json.WriteString("dtype", TensorTypes.SafetensorsName(tensor.dtype));
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

    private static UserErrorException Damaged(string path, string what, Exception? inner = null) =>
        inner is null ? new UserErrorException($"{path}: {what}; copy or save it again") : new UserErrorException($"{path}: {what}; copy or save it again", inner);
}
