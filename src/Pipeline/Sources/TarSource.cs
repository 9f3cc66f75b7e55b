using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Images in a tar, or in a set of them, read in place by an index of their offsets; nothing is unpacked. The tars may lie behind
/// a network. The class of an image is its folder or the member beside it (<see cref="TarIndexBuilder"/>), the samples' order is
/// the archives'.
/// </summary>
public sealed class TarSource : ISampleSource
{
    private readonly ByteFile[] _files;
    private readonly SampleIndex[] _indexes;
    private readonly ReadMeter _meter = new();

    // The first sample of each file, and each file's classes among those of all.
    private readonly long[] _starts;
    private readonly int[][] _classes;

    private TarSource(string name, ByteFile[] files, SampleIndex[] indexes)
    {
        Name = name;
        _files = files;
        _indexes = indexes;
        _starts = new long[files.Length];
        for (int i = 0; i < files.Length; i++)
        {
            _starts[i] = Count;
            Count += indexes[i].Count;
        }

        (ClassNames, _classes) = Merge(name, indexes);
        Array.ForEach(files, file => file.Meter = _meter);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public int Readers => _files[0].Readers;

    /// <inheritdoc/>
    public bool CanPrefetch => _files[0].CanPrefetch;

    /// <inheritdoc/>
    public bool CanPrefetchBlocks => _files[0].CanPrefetchBlocks;

    /// <summary>Opens an archive or a set of them (<see cref="BraceList"/>); the first time headers are walked over, later the
    /// indexes are taken from the cache.</summary>
    /// <exception cref="UserErrorException">One cannot be read, is no tar, is truncated, or holds no images with classes.</exception>
    public static TarSource Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        IReadOnlyList<string> paths = BraceList.Is(path) ? BraceList.Expand(path) : [path];
        var files = new ByteFile?[paths.Count];
        var indexes = new SampleIndex[paths.Count];
        try
        {
            files[0] = ByteFile.Open(paths[0]);
            // Over a network headers are waited for, and on a disk they are read.
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = files[0]!.Readers };
            Parallel.For(0, paths.Count, parallel, i =>
            {
                files[i] ??= ByteFile.Open(paths[i]);
                indexes[i] = IndexOf(files[i]!);
            });
            return new TarSource(path, files!, indexes);
        }
        catch (Exception error)
        {
            foreach (ByteFile? file in files)
            {
                file?.Dispose();
            }

            // Of several errors the first is as good as any.
            throw (error as AggregateException)?.Flatten().InnerExceptions.FirstOrDefault(each => each is UserErrorException) ?? error;
        }
    }

    /// <inheritdoc/>
    public string ContentVersion => string.Join(' ', _files.Select(file => file.ContentVersion));

    /// <inheritdoc/>
    public ReadCounts Reads => _meter.Counts;

    /// <inheritdoc/>
    public int LabelOf(long index)
    {
        int file = FileOf(ref index);
        return _classes[file][_indexes[file].Labels[index]];
    }

    /// <inheritdoc/>
    public string NameOf(long index)
    {
        int file = FileOf(ref index);
        return $"{_files[file].Name}:{_indexes[file].Names[index]}";
    }

    /// <inheritdoc/>
    public string PathOf(long index)
    {
        int file = FileOf(ref index);
        string name = _indexes[file].Names[index];
        // Members of different archives may be called alike.
        return _files.Length == 1 ? name : $"{Path.GetFileNameWithoutExtension(_files[file].Name)}/{name}";
    }

    /// <inheritdoc/>
    public void Read(long index, EncodedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        int file = FileOf(ref index);
        SampleIndex place = _indexes[file];
        sample.Kind = PayloadKind.Encoded;
        _files[file].Exactly(sample.Reserve(place.Lengths[index]), place.Offsets[index]);
    }

    /// <inheritdoc/>
    public void Prefetch(long index)
    {
        int file = FileOf(ref index);
        _files[file].Prefetch(_indexes[file].Offsets[index], _indexes[file].Lengths[index]);
    }

    /// <inheritdoc/>
    public void PrefetchBlock(long first, long count)
    {
        var ranges = new List<(long, int)>();
        while (count > 0)
        {
            long local = first;
            int file = FileOf(ref local);
            long here = Math.Min(count, _indexes[file].Count - local);
            ranges.Clear();
            for (long i = local; i < local + here; i++)
            {
                ranges.Add((_indexes[file].Offsets[i], _indexes[file].Lengths[i]));
            }

            _files[file].Prefetch(CollectionsMarshal.AsSpan(ranges));
            first += here;
            count -= here;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ByteFile file in _files)
        {
            file.Dispose();
        }
    }

    private static SampleIndex IndexOf(ByteFile file)
    {
        try
        {
            var archive = TarIdentity.Of(file);
            SampleIndex? index = TarIndexCache.Load(archive);
            if (index is null)
            {
                index = TarIndexBuilder.Build(file);
                TarIndexCache.Save(archive, index);
            }

            return index;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw SourceTrouble.CannotRead(file.Name, error);
        }
    }

    /// <summary>One list of classes for all files, and where each file's classes stand in it.</summary>
    private static (IReadOnlyList<string> Names, int[][] Places) Merge(string name, SampleIndex[] indexes)
    {
        if (indexes.All(index => index.Numbered))
        {
            IReadOnlyList<string> numbers = ClassNumbers.NumberNames(indexes.Max(index => index.ClassNames.Count));
            int[] same = [.. Enumerable.Range(0, numbers.Count)];
            return (numbers, [.. indexes.Select(_ => same)]);
        }

        if (indexes.Any(index => index.Numbered))
        {
            throw new UserErrorException($"{name}: some of the archives have classes that are numbers, others have names; make all the same way");
        }

        string[] names = [.. indexes.SelectMany(index => index.ClassNames).Distinct(StringComparer.Ordinal).Order(NaturalOrder.Instance)];
        Dictionary<string, int> places = names.Select((each, place) => (each, place)).ToDictionary(entry => entry.each, entry => entry.place, StringComparer.Ordinal);
        return (names, [.. indexes.Select(index => index.ClassNames.Select(each => places[each]).ToArray())]);
    }

    /// <summary>The file of a sample; makes the index one in that file.</summary>
    private int FileOf(ref long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        int found = Array.BinarySearch(_starts, index);
        // Between two starts the search says where the next one is; of empty files' equal starts there are none.
        int file = found >= 0 ? found : ~found - 1;
        index -= _starts[file];
        return file;
    }
}
