using Microsoft.Win32.SafeHandles;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Images in a tar, read in place by an index of their offsets; nothing is unpacked. The class of an image is its folder,
/// the samples' order is the archive's.
/// </summary>
public sealed class TarSource : ISampleSource
{
    private readonly SafeFileHandle _file;
    private readonly SampleIndex _index;

    private TarSource(string name, SafeFileHandle file, SampleIndex index)
    {
        Name = name;
        _file = file;
        _index = index;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Count => _index.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => _index.ClassNames;

    /// <summary>Opens an archive; the first time its headers are walked over, later its index is taken from the cache.</summary>
    /// <exception cref="UserErrorException">It cannot be read, is no tar, is truncated, or holds no images in class folders.</exception>
    public static TarSource Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            file = PositionalRead.Open(path);
            // Of what was opened, before it is read: a link or a file renamed over it meanwhile is another archive.
            var archive = TarIdentity.Of(file, path);
            SampleIndex? index = TarIndexCache.Load(archive);
            if (index is null)
            {
                index = TarIndexBuilder.Build(TarHeaders.Read(file, path), path);
                TarIndexCache.Save(archive, index);
            }

            return new TarSource(path, file, index);
        }
        catch (Exception error)
        {
            file?.Dispose();
            if (error is IOException or UnauthorizedAccessException)
            {
                throw new UserErrorException($"{path}: cannot be read: {error.Message}", error);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public int LabelOf(long index) => _index.Labels[index];

    /// <inheritdoc/>
    public string NameOf(long index) => $"{Name}:{_index.Names[index]}";

    /// <inheritdoc/>
    public string PathOf(long index) => _index.Names[index];

    /// <inheritdoc/>
    public void Read(long index, EncodedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        sample.Kind = PayloadKind.Encoded;
        PositionalRead.Exactly(_file, sample.Reserve(_index.Lengths[index]), _index.Offsets[index]);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
