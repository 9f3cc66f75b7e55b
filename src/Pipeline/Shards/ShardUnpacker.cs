using System.IO.Hashing;
using System.Runtime.InteropServices;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>
/// Writes a pack's samples as image files again, in a folder with one for each class. A file has its name only when it is whole;
/// while not all are there, a marker says of which pack they are, so that a later process leaves alone what is done.
/// </summary>
public static class ShardUnpacker
{
    private const int Piece = 32;
    private const string Marker = ".unpacking", Unfinished = ".unfinished";

    /// <summary>Unpacks.</summary>
    /// <param name="path">The pack's folder.</param>
    /// <param name="folder">Where to: a new or an empty folder, or one in which unpacking the same was ended.</param>
    /// <param name="workers">How many threads.</param>
    /// <param name="progress">Told now and then how far it is; on the calling thread.</param>
    /// <param name="stop">Ends it; what is done is kept.</param>
    /// <exception cref="UserErrorException">There is no pack, or the folder holds something else.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static UnpackResult Unpack(string path, string folder, int workers, Action<WorkProgress>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(folder);
        using var source = ShardSource.Open(path);
        string marker = Path.Combine(folder, Marker);
        Take(folder, marker, $"{Convert.ToHexString(source.Index.Header.Identity.Span)} {source.Index.Header.Options}");
        foreach (string name in source.ClassNames)
        {
            // Also of a class whose samples are all damaged: without its folder those behind it would get other numbers.
            Directory.CreateDirectory(Path.Combine(folder, UnpackPath.Folder(name)));
        }

        string[] paths = Paths(source);
        var faults = new List<ShardFault>();
        long bytes = 0;
        int pieces = (paths.Length + Piece - 1) / Piece;
        using (var work = new OrderedWork<Done>(0, pieces, workers, Enumerable.Range(0, (2 * workers) + 2).Select(_ => new Done()), turns =>
        {
            using var unpacker = new SampleUnpacker();
            while (turns.Begin(out int number) is { } done)
            {
                (done.Bytes, done.Samples) = (0, 0);
                done.Faults.Clear();
                for (int i = number * Piece; i < Math.Min((number + 1) * Piece, paths.Length); i++)
                {
                    Write(source, i, Path.Combine(folder, paths[i]), unpacker, done);
                }

                turns.End(number, done);
            }
        }))
        {
            var clock = new WorkClock(source.Count, 0, progress);
            while (work.Take(stop) is { } done)
            {
                bytes += done.Bytes;
                faults.AddRange(done.Faults);
                clock.Add(done.Samples, done.Bytes);
                work.Return(done);
            }

            clock.End();
        }

        File.Delete(marker);
        return new UnpackResult { Path = folder, Files = source.Count - faults.Count, Bytes = bytes, Faults = faults };
    }

    private static void Take(string folder, string marker, string identity)
    {
        if (File.Exists(folder))
        {
            throw new UserErrorException($"{folder}: is a file; name a new or an empty folder to unpack into");
        }

        if (File.Exists(marker) ? File.ReadAllText(marker) != identity : Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new UserErrorException($"{folder}: is not empty; name a new or an empty folder to unpack into");
        }

        Directory.CreateDirectory(folder);
        AtomicFile.Write(marker, System.Text.Encoding.ASCII.GetBytes(identity));
    }

    /// <summary>Where each sample goes; two never to the same place.</summary>
    private static string[] Paths(ShardSource source)
    {
        var taken = new HashSet<UInt128>();
        var paths = new string[source.Count];
        for (int i = 0; i < paths.Length; i++)
        {
            string path = UnpackPath.Of(source.ClassNames[source.LabelOf(i)], source.PathOf(i));
            ShardRow row = source.Index[i];
            if (!ImageFiles.IsImage(path))
            {
                // A name without an extension (of a table's row) would not be taken for an image's.
                path += row.Sampling != 0 ? ".jpg" : ".png";
            }

            while (!taken.Add(XxHash128.HashToUInt128(MemoryMarshal.AsBytes(path.AsSpan()))))
            {
                path = UnpackPath.Numbered(path, i);
            }

            paths[i] = path;
        }

        return paths;
    }

    private static void Write(ShardSource source, int index, string path, SampleUnpacker unpacker, Done done)
    {
        done.Samples++;
        if (File.Exists(path))
        {
            return;
        }

        ReadOnlySpan<byte> file;
        try
        {
            file = unpacker.Unpack(source, index);
        }
        catch (Exception error) when (error is IOException or BadSampleException)
        {
            done.Faults.Add(new ShardFault(source.Index.FileOf(index).Name, index, source.PathOf(index), error.Message));
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = path + Unfinished;
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1))
        {
            try
            {
                stream.Write(file);
            }
            catch (ArgumentOutOfRangeException error)
            {
                // .NET's word for EFBIG.
                throw new IOException($"{path} may not become as large as it is", error);
            }

            // Before it has its name: what is there is taken for whole when unpacking goes on.
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        done.Bytes += file.Length;
    }

    private sealed class Done
    {
        public List<ShardFault> Faults { get; } = [];

        public long Bytes { get; set; }

        public int Samples { get; set; }
    }
}
