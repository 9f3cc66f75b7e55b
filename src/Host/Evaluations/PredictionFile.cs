using System.Buffers;
using System.Runtime.InteropServices;
using MessagePack;
using StreamTrainer.Model.Evaluation;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Evaluations;

/// <summary>
/// A file of predictions: a MessagePack map of plain values and of arrays as binaries, little-endian (docs/evaluation.md has the table). It
/// holds what <see cref="ImagePredictions"/> holds and, before it, what the answers depend on.
/// </summary>
internal static class PredictionFile
{
    private const int Format = 1, Entries = 12;

    /// <summary>Writes one; it is there whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, SavedPredictions saved)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        ImagePredictions answers = saved.Answers;
        writer.WriteMapHeader(Entries);
        Number(ref writer, "format", Format);
        Text(ref writer, "weights", saved.Key.Weights);
        Text(ref writer, "data", saved.Key.Data);
        Text(ref writer, "settings", saved.Key.Settings);
        Number(ref writer, "count", answers.Count);
        Number(ref writer, "classes", answers.Classes);
        Numbers<ulong>(ref writer, "images", saved.Images);
        Numbers<int>(ref writer, "labels", answers.Labels);
        Numbers<int>(ref writer, "top", answers.Top);
        Numbers<float>(ref writer, "topLogits", answers.TopLogits);
        Numbers<float>(ref writer, "labelLogits", answers.LabelLogits);
        Numbers<double>(ref writer, "logSumExp", answers.LogSumExp);
        writer.Flush();
        AtomicFile.Write(path, buffer.WrittenSpan);
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="InvalidDataException">It is none, of a later format, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SavedPredictions Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        try
        {
            var reader = new MessagePackReader(bytes);
            var numbers = new Dictionary<string, int>();
            var texts = new Dictionary<string, string>();
            var arrays = new Dictionary<string, byte[]>();
            for (int left = reader.ReadMapHeader(); left > 0; left--)
            {
                string name = reader.ReadString() ?? "";
                switch (reader.NextMessagePackType)
                {
                    case MessagePackType.Integer:
                        numbers[name] = reader.ReadInt32();
                        break;
                    case MessagePackType.String:
                        texts[name] = reader.ReadString()!;
                        break;
                    case MessagePackType.Binary:
                        arrays[name] = reader.ReadBytes()!.Value.ToArray();
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }

            if (numbers["format"] != Format)
            {
                throw new InvalidDataException($"it is of format {numbers["format"]}; this program knows {Format}");
            }

            // Every answer has 60 bytes: a count beyond the file's length is damage, and nothing is made for it.
            int count = numbers["count"] >= 0 && numbers["count"] <= bytes.Length ? numbers["count"] : throw new InvalidDataException("its count is wrong");
            var answers = new ImagePredictions(count, numbers["classes"]);
            var images = new ulong[count];
            Fill<ulong>(arrays["images"], images);
            Fill<int>(arrays["labels"], answers.Labels);
            Fill<int>(arrays["top"], answers.Top);
            Fill<float>(arrays["topLogits"], answers.TopLogits);
            Fill<float>(arrays["labelLogits"], answers.LabelLogits);
            Fill<double>(arrays["logSumExp"], answers.LogSumExp);
            return new SavedPredictions(new PredictionKey(texts["weights"], texts["data"], texts["settings"]), images, answers);
        }
        catch (Exception error) when (error is MessagePackSerializationException or EndOfStreamException or KeyNotFoundException or ArgumentException or OverflowException or InvalidOperationException)
        {
            throw new InvalidDataException($"it is damaged: {error.Message}", error);
        }
    }

    private static void Number(ref MessagePackWriter writer, string name, int value)
    {
        writer.Write(name);
        writer.Write(value);
    }

    private static void Text(ref MessagePackWriter writer, string name, string value)
    {
        writer.Write(name);
        writer.Write(value);
    }

    private static void Numbers<T>(ref MessagePackWriter writer, string name, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        writer.Write(name);
        writer.Write(MemoryMarshal.AsBytes(values));
    }

    private static void Fill<T>(byte[] bytes, Span<T> values)
        where T : unmanaged
    {
        Span<byte> room = MemoryMarshal.AsBytes(values);
        if (bytes.Length != room.Length)
        {
            throw new InvalidDataException($"it is damaged: {bytes.Length} bytes where {room.Length} belong");
        }

        bytes.CopyTo(room);
    }
}
