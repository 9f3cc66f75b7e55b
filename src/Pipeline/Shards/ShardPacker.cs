using System.Globalization;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>
/// Packs a source into a folder:
/// <code>
/// ISampleSource ─▶ SamplePacker × workers ─▶ ShardWriter ─▶ shard-NNNNN.bin, .part ─▶ index.msgpack
///  bytes by index   chunks, in any order      in order       whole or not there        of all parts
/// </code>
/// The files are the same bytes for any number of workers, and however often it was ended and began again.
/// </summary>
public static class ShardPacker
{
    /// <summary>Packs, or goes on with what an earlier process has left.</summary>
    /// <param name="source">What; not disposed.</param>
    /// <param name="folder">Where to: a new or an empty folder, or one that was packed into with the same source and options.</param>
    /// <param name="options">How.</param>
    /// <param name="workers">How many threads.</param>
    /// <param name="progress">Told now and then how far it is; on the calling thread.</param>
    /// <param name="stop">Ends it; what is done is kept.</param>
    /// <exception cref="UserErrorException">The folder holds something else, or the source cannot be read.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static PackResult Pack(ISampleSource source, string folder, PackOptions options, int workers, Action<WorkProgress>? progress, CancellationToken stop) =>
        Pack(source, folder, options, workers, PackedChunk.MostBytes, progress, stop);

    /// <summary>The same with another limit of what is held in memory; the files do not depend on it.</summary>
    internal static PackResult Pack(ISampleSource source, string folder, PackOptions options, int workers, int mostBytes, Action<WorkProgress>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        if (source.Count > int.MaxValue - PackedChunk.Most)
        {
            throw new UserErrorException($"{source.Name}: {source.Count} samples are too many for one pack; split the source");
        }

        using PackFolder target = PackFolder.Take(folder);
        var wanted = new ShardHeader
        {
            Options = options,
            ClassNames = source.ClassNames,
            SourceCount = (int)source.Count,
            Identity = PackIdentity.Of(source, stop),
        };
        if (target.ReadIndex() is { } complete)
        {
            CheckSame(folder, complete.Header, wanted);
            target.Finish(complete.Files);
            return PackResult.Of(complete, folder) with { Resumed = complete.Count };
        }

        ShardHeader header = Begin(target, source, wanted, workers, stop);
        (List<ShardFile> files, ShardColumns rows) = target.Resume(header);
        int resumed = rows.Count;
        using (var writer = new ShardWriter(folder, header, files.Count, resumed, files.Add))
        {
            Write(source, header, writer, resumed, workers, mostBytes, progress, stop);
        }

        ShardIndex index = Finish(target, header, files);
        return PackResult.Of(index, folder) with { Resumed = resumed };
    }

    private static ShardHeader Begin(PackFolder target, ISampleSource source, ShardHeader wanted, int workers, CancellationToken stop)
    {
        if (target.ReadState() is { } begun)
        {
            CheckSame(target.Path, begun, wanted);
            return begun;
        }

        if (wanted.Options.Payload == ShardPayload.Indexed)
        {
            wanted = wanted with { Tables = TableLearner.Learn(source, wanted.Options, workers, stop) };
        }

        target.WriteState(wanted);
        return wanted;
    }

    private static void Write(ISampleSource source, ShardHeader header, ShardWriter writer, int first, int workers, int mostBytes, Action<WorkProgress>? progress, CancellationToken stop)
    {
        // Chunks begin at the same samples whoever goes on: the one in which an earlier process ended is made again and cut.
        int chunks = (int)((source.Count + PackedChunk.Most - 1) / PackedChunk.Most), start = first / PackedChunk.Most;
        using IndexedTables? tables = header.ReadTables(source.Name);
        var pieces = Enumerable.Range(0, (2 * workers) + 2).Select(_ => new PackedChunk());
        using var work = new OrderedWork<PackedChunk>(start, chunks, workers, pieces, turns =>
        {
            using var packer = new SamplePacker(header.Options, tables);
            while (turns.Begin(out int number) is { } chunk)
            {
                int at = number;
                if (!chunk.Fill(source, at, Math.Max(first, at * PackedChunk.Most), packer, mostBytes, () => turns.Part(at, chunk)))
                {
                    return;
                }

                turns.End(at, chunk);
            }
        });
        var clock = new WorkClock(source.Count, first, progress);
        while (work.Take(stop) is { } chunk)
        {
            writer.Add(chunk);
            clock.Add(chunk.Rows.Count, chunk.Bytes.WrittenCount);
            work.Return(chunk);
        }

        writer.Finish();
        clock.End();
    }

    private static ShardIndex Finish(PackFolder target, ShardHeader header, List<ShardFile> files)
    {
        // Read from the parts again: what the index says is what was written, whoever wrote it.
        (List<ShardFile> found, ShardColumns rows) = target.Resume(header);
        if (found.Count != files.Count || rows.Count != header.SourceCount)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{target.Path}: of {header.SourceCount} samples {rows.Count} were written"));
        }

        byte[] bytes = ShardIndexFormat.Write(header, found, rows);
        AtomicFile.Write(target.IndexPath, bytes);
        target.Finish(found);
        return ShardIndexFormat.Read(bytes, target.IndexPath);
    }

    private static void CheckSame(string folder, ShardHeader found, ShardHeader wanted)
    {
        if (!found.Identity.Span.SequenceEqual(wanted.Identity.Span) || found.SourceCount != wanted.SourceCount)
        {
            throw new UserErrorException($"{folder}: holds shards of another source; name another folder, or delete it");
        }

        if (found.Options != wanted.Options)
        {
            throw new UserErrorException($"{folder}: was packed with other options ({ShardText.Of(found.Options)}); give the same, name another folder, or delete it");
        }
    }
}
