using System.Globalization;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>Tells what is in a pack, in a sample of it, or in an image file, and what a crop reads of that.</summary>
public static class ShardInspector
{
    /// <summary>Looks at a pack as a whole. Payload files are not opened.</summary>
    /// <exception cref="UserErrorException">There is none, or its index is damaged.</exception>
    public static PackInspection Pack(string path)
    {
        ShardFolder folder = ShardFolder.Find(path);
        try
        {
            ShardIndex index = ShardIndexFormat.Read(folder.ReadIndex(), path).Whole(path);
            using IndexedTables? tables = index.Header.ReadTables(path);
            return new PackInspection
            {
                Path = path,
                Format = ShardIndexFormat.Version,
                Options = ShardText.Of(index.Header.Options),
                Lossy = index.Header.Options.Lossy,
                Content = PackResult.Of(index, path),
                IndexBytes = index.Size,
                TableSets = tables?.Count ?? 0,
                Files = [.. index.Files.Select(file => new PackFile(file.Name, file.Length, file.First, file.Count))],
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be read: {ReadTrouble.Of(error)}", error);
        }
    }

    /// <summary>Looks at a sample of a pack.</summary>
    /// <param name="path">The pack.</param>
    /// <param name="sample">The sample's index.</param>
    /// <param name="crop">A box of it.</param>
    /// <exception cref="UserErrorException">There is no such sample or box, or it is damaged.</exception>
    public static SampleInspection Sample(string path, long sample, CropBox? crop)
    {
        using var source = ShardSource.Open(path);
        if (sample < 0 || sample >= source.Count)
        {
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"{path}: there is no sample {sample}; there are 0 to {source.Count - 1}"));
        }

        ShardRow row = source.Index[sample];
        SampleInspection result = Look(source.NameOf(sample), crop, encoded => source.Read(sample, encoded));
        return result with
        {
            Name = source.PathOf(sample),
            Sample = sample,
            Class = source.ClassNames[row.Label],
            Width = row.Width,
            Height = row.Height,
            Sampling = ShardText.Sampling(row.Sampling),
            Orientation = row.Orientation,
            File = source.Index.FileOf(sample).Name,
            Offset = row.Offset,
            SourceBytes = row.SourceLength,
        };
    }

    /// <summary>Looks at an image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="crop">A box of it.</param>
    /// <exception cref="UserErrorException">It cannot be read, or there is no such box.</exception>
    public static SampleInspection Image(string path, CropBox? crop) => Look(path, crop, encoded =>
    {
        byte[] bytes = File.ReadAllBytes(path);
        encoded.Kind = PayloadKind.Encoded;
        bytes.CopyTo(encoded.Reserve(bytes.Length));
    });

    private static SampleInspection Look(string name, CropBox? crop, Action<EncodedSample> read)
    {
        using var encoded = new EncodedSample();
        using var look = new SampleLook();
        try
        {
            read(encoded);
            return look.At(name, encoded, crop);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or BadSampleException)
        {
            throw new UserErrorException($"{name}: {ReadTrouble.Of(error)}", error);
        }
    }
}
