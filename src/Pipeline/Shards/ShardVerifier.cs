using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>
/// Reads a pack again, every byte: the index, the payload files' headers, each sample's checksum, the zeros between; and compares
/// samples with what the source holds. Samples go to several threads; what is found comes in their order.
/// </summary>
public static class ShardVerifier
{
    /// <summary>Samples of a piece of work.</summary>
    private const int Piece = 64;

    /// <summary>Verifies a pack.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="source">What it was packed from; none: it is compared with nothing. Not disposed.</param>
    /// <param name="compared">How many samples are compared with the source, spread over all.</param>
    /// <param name="workers">How many threads.</param>
    /// <param name="progress">Told now and then how far it is; on the calling thread.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="UserErrorException">There is no pack, or the source is another.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static VerifyResult Verify(string path, ISampleSource? source, long compared, int workers, Action<WorkProgress>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(path);
        ShardFolder folder = ShardFolder.Find(path);
        string indexPath = Path.Combine(folder.Name, ShardFolder.IndexName);
        ShardIndex index;
        try
        {
            index = ShardIndexFormat.Read(folder.ReadIndex(), indexPath).Whole(indexPath);
        }
        catch (UserErrorException error)
        {
            // Without the index nothing else can be looked at.
            return new VerifyResult { Path = path, Faults = [new ShardFault(ShardFolder.IndexName, null, null, error.Message)] };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{indexPath}: cannot be read: {ReadTrouble.Of(error)}", error);
        }

        if (source is not null)
        {
            CheckSource(index, source, path, stop);
        }

        var faults = new List<ShardFault>();
        IShardBytes?[] files = [.. index.Files.Select(file => Open(folder, file, faults))];
        try
        {
            VerifyPiece all = CheckSamples(index, files, source, compared, workers, progress, stop);
            faults.AddRange(all.Faults);
            return new VerifyResult
            {
                Path = path,
                Samples = all.Samples,
                NotRead = index.Count - all.Samples,
                Bytes = index.Size + all.Bytes,
                Compared = all.Compared,
                Faults = faults,
            };
        }
        finally
        {
            Array.ForEach(files, file => file?.Dispose());
        }
    }

    private static void CheckSource(ShardIndex index, ISampleSource source, string path, CancellationToken stop)
    {
        if (source.Count != index.Header.SourceCount || !PackIdentity.Of(source, stop).AsSpan().SequenceEqual(index.Header.Identity.Span))
        {
            throw new UserErrorException($"{path}: was not packed from {source.Name}: classes, labels or paths are others; name its source with --source");
        }
    }

    private static IShardBytes? Open(ShardFolder folder, ShardFile file, List<ShardFault> faults)
    {
        try
        {
            return folder.Open(file);
        }
        catch (Exception error) when (error is UserErrorException or IOException or UnauthorizedAccessException)
        {
            faults.Add(new ShardFault(file.Name, null, null, error.Message));
            return null;
        }
    }

    private static VerifyPiece CheckSamples(
        ShardIndex index, IShardBytes?[] files, ISampleSource? source, long compared, int workers, Action<WorkProgress>? progress, CancellationToken stop)
    {
        using IndexedTables? tables = index.Header.ReadTables(ShardFolder.IndexName);
        int pieces = (index.Count + Piece - 1) / Piece;
        using var work = new OrderedWork<VerifyPiece>(0, pieces, workers, Enumerable.Range(0, (2 * workers) + 2).Select(_ => new VerifyPiece()), turns =>
        {
            using var worker = new VerifyWorker(index, files, tables, source, compared);
            while (turns.Begin(out int number) is { } piece)
            {
                piece.Clear();
                for (int i = number * Piece; i < Math.Min((number + 1) * Piece, index.Count); i++)
                {
                    worker.Check(i, piece);
                }

                turns.End(number, piece);
            }
        });
        var all = new VerifyPiece();
        // What lies in a file that could not be opened is not ahead either.
        var clock = new WorkClock(index.Files.Where(file => files[file.Number] is not null).Sum(file => (long)file.Count), 0, progress);
        while (work.Take(stop) is { } piece)
        {
            all.Add(piece);
            clock.Add(piece.Samples, piece.Bytes);
            work.Return(piece);
        }

        clock.End();
        return all;
    }
}
