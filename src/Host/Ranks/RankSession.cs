using System.Text.Json;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Ranks;

/// <summary>
/// This process among those that a launcher started with it, from before the recipe is read until the run's end; alone where there are
/// none. The main thread's: the library that joins the processes wants to be left by the thread that joined them.
/// </summary>
internal sealed class RankSession : IDisposable
{
    private readonly MpiCollectives? _collectives;
    private bool _ordered, _failed;

    private RankSession(MpiCollectives? collectives) => _collectives = collectives;

    /// <summary>This process's number.</summary>
    public int Rank => _collectives?.Rank ?? 0;

    /// <summary>How many processes there are.</summary>
    public int Size => _collectives?.Size ?? 1;

    /// <summary>Joins the other processes, where a launcher started some.</summary>
    /// <exception cref="UserErrorException">They cannot be joined.</exception>
    public static RankSession Join() => new(LaunchEnvironment.Size > 1 ? MpiCollectives.Join() : null);

    /// <summary>Does on every rank what each must do for itself. Where it fails on any, it fails on all, and the first of them tells why.</summary>
    public T Together<T>(Func<T> work)
    {
        if (_collectives is null)
        {
            return work();
        }

        T result = default!;
        Exception? failure = null;
        try
        {
            result = work();
        }
        catch (Exception error)
        {
            failure = error;
        }

        IReadOnlyList<byte[]> faults = _collectives.Gather(failure is null ? [] : [(byte)CommandLine.Describe(failure).Code]);
        int first = faults.TakeWhile(fault => fault.Length == 0).Count();
        if (first == Size)
        {
            return result;
        }

        _failed = true;
        throw first == Rank && failure is not null ? Named(failure) : new OtherRankFailedException(faults[first][0]);
    }

    /// <summary>The processes as training sees them.</summary>
    public IRanks Ranks(DistributedOptions options) =>
        _collectives is null ? OneRank.Instance : new RankGroup(_collectives, options, LaunchEnvironment.LocalRank);

    /// <summary>Rank 0 tells the others what to do; without it, at its end, that there is nothing.</summary>
    public void Tell(RankOrder order)
    {
        _ordered = true;
        Send(JsonSerializer.SerializeToUtf8Bytes(order, RunJson.Default.RankOrder));
    }

    /// <summary>What rank 0 tells; null: nothing is to be done.</summary>
    public RankOrder? Hear()
    {
        _ordered = true;
        byte[] bytes = Send([]);
        return bytes.Length == 0 ? null : JsonSerializer.Deserialize(bytes, RunJson.Default.RankOrder);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_collectives is null)
        {
            return;
        }

        if (Rank == 0 && !_ordered && !_failed)
        {
            Send([]);
        }

        _collectives.Dispose();
    }

    private byte[] Send(byte[] bytes)
    {
        if (_collectives is null)
        {
            return bytes;
        }

        using var group = new RankGroup(_collectives, new DistributedOptions(), 0);
        return group.OfFirst(() => bytes);
    }

    private Exception Named(Exception error)
    {
        string where = $"rank {Rank} of {Size} on {Environment.MachineName}: ";
        return Rank == 0 ? error : error is UserErrorException ? new UserErrorException(where + error.Message, error) : error;
    }
}
