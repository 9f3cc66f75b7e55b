using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using StreamTrainer.Model.Weights.Pickle;
using StreamTrainer.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Weights;

/// <summary>
/// Reads and writes what PyTorch's <c>torch.save</c> writes: a zip with a pickle and the tensors' memory, or the old format, pickles and
/// memory one after another. Only state dicts, by <see cref="PickleReader"/>; nothing in the file is run.
/// </summary>
internal static class TorchFile
{
    private const int OldProtocol = 1001;

    /// <summary>What an old file begins with: torch/serialization.py's magic number.</summary>
    private static readonly BigInteger s_magic = new([0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]);

    /// <summary>Whether the bytes a file begins with are PyTorch's.</summary>
    public static bool Recognises(ReadOnlySpan<byte> start) => IsZip(start) || (start.Length >= 2 && start[0] == 0x80 && start[1] <= 5);

    /// <summary>Reads a file's state dict, to the CPU. Tensors belong to the caller's dispose scope and may share memory.</summary>
    /// <exception cref="UserErrorException">It is damaged, or asks for what is refused.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(Stream file, string path)
    {
        try
        {
            Span<byte> start = stackalloc byte[4];
            int count = file.ReadAtLeast(start, 4, throwOnEndOfStream: false);
            file.Position = 0;
            return IsZip(start[..count]) ? ReadZip(file) : ReadOld(file);
        }
        catch (Exception error) when (error is PickleException or InvalidDataException or EndOfStreamException)
        {
            throw new UserErrorException($"{path}: {error.Message.TrimEnd('.')}; write the file anew with torch.save(model.state_dict(), ...), or as safetensors", error);
        }
    }

    /// <summary>Writes a state dict that <c>torch.load</c> reads, tensors in the order they come in; flushed to the disk.</summary>
    /// <exception cref="IOException">The disk is full or the like.</exception>
    public static void Write(string path, IReadOnlyList<KeyValuePair<string, Tensor>> tensors)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "data.pkl", stream => new PickleWriter(stream).Write([.. tensors.Select(entry => (entry.Key, entry.Value.dtype, entry.Value.shape))]));
            Add(zip, "byteorder", stream => stream.Write("little"u8));
            for (int i = 0; i < tensors.Count; i++)
            {
                Add(zip, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"data/{i}"), stream => TensorBytes.Write(stream, tensors[i].Value));
            }

            Add(zip, "version", stream => stream.Write("3\n"u8));
        }

        file.Flush(flushToDisk: true);

        static void Add(ZipArchive zip, string name, Action<Stream> write)
        {
            using Stream stream = zip.CreateEntry($"archive/{name}", CompressionLevel.NoCompression).Open();
            using var buffered = new BufferedStream(stream, 1 << 16);
            write(buffered);
        }
    }

    private static bool IsZip(ReadOnlySpan<byte> start) => start.StartsWith("PK\x03\x04"u8);

    private static Dictionary<string, Tensor> ReadZip(Stream file)
    {
        using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        // All entries stand in one folder, whose name is free.
        ZipArchiveEntry pickle = zip.Entries.FirstOrDefault(entry => entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal))
            ?? throw new PickleException("it is a zip without data.pkl, so no file of torch.save");
        string folder = pickle.FullName[..^"data.pkl".Length];
        if (zip.GetEntry(folder + "byteorder") is { } order && Text(order) != "little")
        {
            throw new PickleException("its numbers are big-endian, which is not read here");
        }

        object? root;
        using (Stream stream = Open(pickle))
        using (var buffered = new BufferedStream(stream, 1 << 16))
        {
            root = new PickleReader(buffered).Read();
        }

        return Build(root, storage =>
        {
            ZipArchiveEntry entry = zip.GetEntry($"{folder}data/{storage.Key}") ?? throw new PickleException($"it has no memory '{storage.Key}', which a tensor lies in");
            if (storage.Count > Math.Min(entry.Length, file.Length) / storage.Type.ElementSize())
            {
                throw new PickleException($"truncated: memory '{storage.Key}' has {entry.Length} bytes, less than {storage.Count} elements of {storage.Type}");
            }

            using Stream stream = Open(entry);
            return Memory(stream, storage);
        });
    }

    private static Dictionary<string, Tensor> ReadOld(Stream file)
    {
        using var stream = new BufferedStream(file, 1 << 16);
        var reader = new PickleReader(stream);
        if (reader.Read() is not BigInteger magic || magic != s_magic)
        {
            throw new PickleException("it is a pickle, but no file of torch.save");
        }

        if (reader.Read() is not long and not OldProtocol || reader.Read() is not Dictionary<object, object?> machine)
        {
            throw new PickleException("it is of a version of torch.save that is not known");
        }

        if (machine.TryGetValue("little_endian", out object? little) && little is false)
        {
            throw new PickleException("its numbers are big-endian, which is not read here");
        }

        object? root = reader.Read();
        if (reader.Read() is not List<object?> keys)
        {
            throw new PickleException("damaged: it does not say in which order its memory lies");
        }

        Dictionary<string, PickledStorage> wanted = StoragesOf(root);
        var memory = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        Span<byte> length = stackalloc byte[8];
        foreach (object? key in keys)
        {
            if (key is not string name || !wanted.TryGetValue(name, out PickledStorage? storage))
            {
                // Memory of something that is no tensor of the state dict: an optimizer's, say. Its type is not known, so neither is its size.
                throw new PickleException("it has memory that belongs to no tensor of the state dict");
            }

            stream.ReadExactly(length);
            if (BinaryPrimitives.ReadInt64LittleEndian(length) != storage.Count || storage.Count > (stream.Length - stream.Position) / storage.Type.ElementSize())
            {
                throw new PickleException($"truncated: memory '{name}' is not {storage.Count} elements");
            }

            memory[name] = Memory(stream, storage);
        }

        return Build(root, storage => memory.TryGetValue(storage.Key, out Tensor? found) ? found : throw new PickleException($"it has no memory '{storage.Key}', which a tensor lies in"));
    }

    /// <summary>Stored, not packed: what is read is bounded by the file's size.</summary>
    private static Stream Open(ZipArchiveEntry entry) => entry.CompressedLength == entry.Length
        ? entry.Open()
        : throw new PickleException($"'{entry.FullName}' in it is compressed, which torch.save never does");

    private static string Text(ZipArchiveEntry entry)
    {
        using Stream stream = Open(entry);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }

    private static Tensor Memory(Stream stream, PickledStorage storage)
    {
        Tensor memory = empty([storage.Count], storage.Type);
        TensorBytes.ForEach(memory, stream.ReadExactly);
        return memory;
    }

    /// <summary>The tensors of the state dict, each a view of its memory, which is read once.</summary>
    private static Dictionary<string, Tensor> Build(object? root, Func<PickledStorage, Tensor> read)
    {
        var memory = new Dictionary<string, (PickledStorage Storage, Tensor Tensor)>(StringComparer.Ordinal);
        var result = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach ((string name, PickledTensor tensor) in Wrappers.Unwrap(root))
        {
            PickledStorage storage = tensor.Storage;
            if (!memory.TryGetValue(storage.Key, out var found))
            {
                memory[storage.Key] = found = (storage, read(storage));
            }

            if (found.Storage != storage)
            {
                throw new PickleException($"damaged: memory '{storage.Key}' is told with two types or sizes");
            }

            result[name] = found.Tensor.as_strided(tensor.Shape, tensor.Strides, tensor.Offset);
        }

        return result;
    }

    /// <summary>All storages that a pickle's tensors lie in, wherever they stand.</summary>
    private static Dictionary<string, PickledStorage> StoragesOf(object? root)
    {
        var result = new Dictionary<string, PickledStorage>(StringComparer.Ordinal);
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var open = new Stack<object?>([root]);
        while (open.TryPop(out object? value))
        {
            if (value is PickledTensor { Storage: var storage })
            {
                _ = result.TryAdd(storage.Key, storage) || result[storage.Key] == storage
                    ? 0 : throw new PickleException($"damaged: memory '{storage.Key}' is told with two types or sizes");
            }
            else if (value is not null and not string && seen.Add(value))
            {
                foreach (object? inner in value switch
                {
                    object?[] tuple => tuple,
                    List<object?> list => list,
                    Dictionary<object, object?> dictionary => dictionary.Values,
                    _ => (IEnumerable<object?>)[],
                })
                {
                    open.Push(inner);
                }
            }
        }

        return result;
    }
}
