using System.Globalization;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// The MNIST family: an IDX file of images, grey (<c>[n, height, width]</c>) or RGB (<c>[n, height, width, 3]</c>), and one of
/// labels beside it, named alike with <c>labels</c> for <c>images</c> and <c>idx1</c> for <c>idx3</c>. Classes are called by
/// their numbers.
/// </summary>
public sealed class IdxSource : ISampleSource
{
    private readonly IdxFile _images;
    private readonly byte[] _labels;

    private IdxSource(string name, IdxFile images, byte[] labels)
    {
        Name = name;
        _images = images;
        _labels = labels;
        ClassNames = [.. Enumerable.Range(0, labels.Max() + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Count => _labels.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Opens the image file and the label file beside it.</summary>
    /// <exception cref="UserErrorException">One is missing, no IDX file, truncated, or they do not belong together.</exception>
    public static IdxSource Open(string path)
    {
        string labelFile = LabelFileOf(path);
        IdxFile images = IdxFile.Open(path);
        try
        {
            if (images.Shape.Length is not (3 or 4) || (images.Shape.Length == 4 && images.Shape[3] != 3))
            {
                throw new UserErrorException($"{path}: of shape [{string.Join(", ", images.Shape)}]; images are [n, height, width] or [n, height, width, 3]. Name the image file, not the labels'");
            }

            using IdxFile labels = IdxFile.Open(labelFile);
            if (labels.Shape.Length != 1 || labels.Shape[0] != images.Shape[0])
            {
                throw new UserErrorException($"{labelFile}: of shape [{string.Join(", ", labels.Shape)}], but {path} holds {Counted.Of(images.Shape[0], "image")}; they do not belong together");
            }

            var values = new byte[labels.Shape[0]];
            labels.Read(0, values);
            return new IdxSource(path, images, values);
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string ContentVersion => FileVersions.Of([Name, LabelFileOf(Name)]);

    /// <inheritdoc/>
    public ReadCounts Reads => _images.Meter.Counts;

    /// <inheritdoc/>
    public int LabelOf(long index) => _labels[index];

    /// <inheritdoc/>
    public string NameOf(long index) => string.Create(CultureInfo.InvariantCulture, $"{Name}#{index}");

    /// <inheritdoc/>
    public void Read(long index, EncodedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        int[] shape = _images.Shape;
        sample.Kind = shape.Length == 3 ? PayloadKind.RawGrey : PayloadKind.RawRgb;
        sample.Height = shape[1];
        sample.Width = shape[2];
        _images.Read(index, sample.Reserve((int)_images.ItemLength));
    }

    /// <inheritdoc/>
    public void Dispose() => _images.Dispose();

    private static string LabelFileOf(string path)
    {
        string folder = Path.GetDirectoryName(path) ?? "";
        string name = Path.GetFileName(path);
        string labels = name.Replace("images", "labels", StringComparison.Ordinal)
            .Replace("idx3", "idx1", StringComparison.Ordinal).Replace("idx4", "idx1", StringComparison.Ordinal);
        if (labels == name)
        {
            throw new UserErrorException($"{path}: an IDX image file's name has 'images' in it, so that its labels can be found (train-images-idx3-ubyte and train-labels-idx1-ubyte); rename the two");
        }

        string bare = labels.EndsWith(".gz", StringComparison.Ordinal) ? labels[..^3] : labels;
        string[] candidates = [Path.Combine(folder, labels), Path.Combine(folder, bare), Path.Combine(folder, bare + ".gz")];
        return candidates.FirstOrDefault(File.Exists)
            ?? throw new UserErrorException($"{candidates[0]}: missing; it holds the labels of {path}: put it there, or name another image file");
    }
}
