using System.Buffers.Binary;
using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace StreamTrainer.Tests;

/// <summary>
/// The same few images as every kind of source, all in one order: three classes, called and numbered so that each kind gives them
/// the same numbers (a folder's <c>n01</c> is a list's 0).
/// </summary>
public class ImageKinds : IDisposable
{
    private readonly byte[][] _images;

    /// <summary>Makes the folder of images, which is the first of the kinds.</summary>
    /// <param name="images">Encoded images, in order; their number is a multiple of the classes'.</param>
    /// <param name="extension">What their files' names end in.</param>
    public ImageKinds(IEnumerable<byte[]> images, string extension = ".JPEG")
    {
        _images = [.. images];
        Path = Directory.CreateTempSubdirectory("streamtrainer-kinds-").FullName;
        Names = [.. _images.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"ILSVRC2012_val_{i + 1:D8}{extension}"))];
        for (int i = 0; i < Count; i++)
        {
            Write($"folder/{Synset(i)}/{Names[i]}", _images[i]);
        }
    }

    /// <summary>The development kit's synsets in natural order; the kit numbers them otherwise.</summary>
    public static IReadOnlyList<string> Classes { get; } = ["n01", "n02", "n03"];

    /// <summary>Where everything lies.</summary>
    public string Path { get; }

    /// <summary>How many images there are.</summary>
    public int Count => _images.Length;

    /// <summary>The images' file names, in order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The image folder.</summary>
    public string Folder => At("folder");

    /// <summary>A path in the set's folder.</summary>
    public string At(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>The class of an image.</summary>
    public int Label(int image) => image / (Count / Classes.Count);

    /// <summary>A tar with a folder for each class.</summary>
    public string Tar() => WriteTar("plain.tar", Enumerable.Range(0, Count).Select(i => ($"train/{Synset(i)}/{Names[i]}", _images[i])));

    /// <summary>WebDataset's: four archives, a class beside each image, as <c>.cls</c> or as <c>.json</c>.</summary>
    public string WebDataset(bool json)
    {
        string name = json ? "json" : "cls";
        int each = (Count + 3) / 4;
        for (int tar = 0; tar < 4; tar++)
        {
            WriteTar(string.Create(CultureInfo.InvariantCulture, $"{name}-{tar:D3}.tar"), Enumerable.Range(0, Count).Skip(tar * each).Take(each).SelectMany(i =>
                new[]
                {
                    (string.Create(CultureInfo.InvariantCulture, $"{i:D6}.jpg"), _images[i]),
                    (string.Create(CultureInfo.InvariantCulture, $"{i:D6}.{name}"), Encoding.UTF8.GetBytes(json ? JsonSerializer.Serialize(new { width = 1, label = Label(i) }) : $"{Label(i)}\n")),
                }));
        }

        return At($"{name}-{{000..003}}.tar");
    }

    /// <summary>ImageNet's training archive: a tar of a tar for each class.</summary>
    public string ImageNetTraining() => WriteTar("ILSVRC2012_img_train.tar", Classes.Select((synset, label) =>
        ($"{synset}.tar", File.ReadAllBytes(WriteTar("inner.tar", Enumerable.Range(0, Count).Where(i => Label(i) == label).Select(i => (Names[i], _images[i])))))));

    /// <summary>ImageNet's validation images: a flat folder, or an archive, and the development kit.</summary>
    public string ImageNetValidation(bool tar)
    {
        Directory.CreateDirectory(At("devkit"));
        File.Copy(System.IO.Path.Combine(TestPaths.Repository, "tests", "Pipeline.Tests", "Sources", "Data", "meta.mat"), At("devkit/meta.mat"), overwrite: true);
        // The numbers that this kit gives to n01, n02 and n03.
        int[] numbers = [2, 4, 1];
        File.WriteAllLines(At("devkit/ILSVRC2012_validation_ground_truth.txt"), Enumerable.Range(0, Count).Select(i => numbers[Label(i)].ToString(CultureInfo.InvariantCulture)));
        for (int i = 0; i < Count && !tar; i++)
        {
            Write($"flat/{Names[i]}", _images[i]);
        }

        string images = tar ? WriteTar("ILSVRC2012_img_val.tar", Enumerable.Range(0, Count).Select(i => (Names[i], _images[i]))) : At("flat");
        return $"{images}?devkit={At("devkit")}";
    }

    /// <summary>A CSV list of the folder's files.</summary>
    public string Csv() => Lines("list.csv", ["path,label", .. Enumerable.Range(0, Count).Select(i => $"folder/{Synset(i)}/{Names[i]},{Synset(i)}")]);

    /// <summary>The same, an object a line.</summary>
    public string JsonLines() => Lines("list.jsonl", Enumerable.Range(0, Count).Select(i => JsonSerializer.Serialize(new { file_name = $"folder/{Synset(i)}/{Names[i]}", label = Label(i) })));

    /// <summary>Parquet as Hugging Face writes it, in groups of seven rows.</summary>
    public async Task<string> Parquet()
    {
        var schema = new ParquetSchema(new StructField("image", new DataField("bytes", typeof(byte[]), isNullable: true)), new DataField("label", typeof(long), isNullable: false));
        await using FileStream file = File.Create(At("rows.parquet"));
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file);
        foreach (int[] rows in Enumerable.Range(0, Count).Chunk(7))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(schema.DataFields[0], rows.Select(i => _images[i]).ToArray());
            await group.WriteAsync<long>(schema.DataFields[1], rows.Select(i => (long)Label(i)).ToArray());
            group.CompleteValidate();
        }

        return At("rows.parquet");
    }

    /// <summary>IDX of these pixels, for a set whose images are all of one size.</summary>
    /// <param name="pixels">RGB of each image.</param>
    /// <param name="side">Their width and height.</param>
    public string Idx(IReadOnlyList<byte[]> pixels, int side)
    {
        Write("train-images-idx4-ubyte", [.. Header(Count, side, side, 3), .. pixels.SelectMany(each => each)]);
        Write("train-labels-idx1-ubyte", [.. Header(Count), .. Enumerable.Range(0, Count).Select(i => (byte)Label(i))]);
        return At("train-images-idx4-ubyte");
    }

    /// <summary>Writes a tar and gives its path.</summary>
    public string WriteTar(string name, IEnumerable<(string Name, byte[] Content)> members)
    {
        using FileStream file = File.Create(At(name));
        using var writer = new TarWriter(file, TarEntryFormat.Ustar);
        foreach ((string member, byte[] content) in members)
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, member) { DataStream = new MemoryStream(content) });
        }

        return At(name);
    }

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(name))!);
        File.WriteAllBytes(At(name), content);
        return At(name);
    }

    /// <summary>Deletes all.</summary>
    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);
        GC.SuppressFinalize(this);
    }

    private static byte[] Header(params int[] sizes)
    {
        byte[] header = new byte[4 + 4 * sizes.Length];
        (header[2], header[3]) = (8, (byte)sizes.Length);
        for (int i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), sizes[i]);
        }

        return header;
    }

    private string Synset(int image) => Classes[Label(image)];

    private string Lines(string name, IEnumerable<string> lines)
    {
        File.WriteAllLines(At(name), lines);
        return At(name);
    }
}
