using System.Text.Json;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Progress;
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
    private readonly MpiCollectives? _mpi;
    private readonly WatchedCollectives? _collectives;
    private readonly RankPulse _pulse = new();
    private RankLink? _link;
    private Action<RankTrouble>? _tell;
    private bool _ordered, _failed, _abandoned;

    private RankSession(MpiCollectives? mpi)
    {
        _mpi = mpi;
        _collectives = mpi is null ? null : new WatchedCollectives(mpi, _pulse);
    }

    /// <summary>This process's number.</summary>
    public int Rank => _collectives?.Rank ?? 0;

    /// <summary>How many processes there are.</summary>
    public int Size => _collectives?.Size ?? 1;

    /// <summary>Joins the other processes, where a launcher started some.</summary>
    /// <exception cref="UserErrorException">They cannot be joined.</exception>
    public static RankSession Join()
    {
        if (LaunchEnvironment.Size <= 1)
        {
            return new RankSession(null);
        }

        var session = new RankSession(MpiCollectives.Join());
        session.OpenLink();
        return session;
    }

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

    /// <summary>The processes as training sees them; from here on they are watched.</summary>
    public IRanks Ranks(DistributedOptions options)
    {
        if (_collectives is null)
        {
            return OneRank.Instance;
        }

        _link?.Watch(options.Timeout);
        return new RankGroup(_collectives, options, LaunchEnvironment.LocalRank, _pulse);
    }

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

    /// <summary>What this rank does before the run ends because another one failed or is stuck; by default that is said. On a thread of the
    /// link.</summary>
    public void OnTrouble(Action<RankTrouble> tell) => Volatile.Write(ref _tell, tell);

    /// <summary>The training failed on this rank, and the others are in the middle of it. Rank 0, who tells it afterwards as if it were alone,
    /// ends the others; another one sends its error there and does not come back.</summary>
    public void Abandon(Exception error)
    {
        if (_mpi is null || !_ordered)
        {
            return;
        }

        (int code, string text) = CommandLine.Describe(error);
        if (Rank == 0)
        {
            _abandoned = true;
            _link?.Fail(text, code);
            return;
        }

        _link?.Fail(text, code);
        End(new RankTrouble(Model.Health.HealthKind.RankFailed, [Rank], $"rank {Rank} of {Size} on {Environment.MachineName}: {text}", code, _pulse.Steps));
    }

    /// <summary>This rank has trained to the end: it may go.</summary>
    public void Leave() => _link?.Leave();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_collectives is null)
        {
            return;
        }

        if (_abandoned)
        {
            // The others are in an exchange that this rank will not come to: leaving would wait for them.
            _link?.Dispose();
            return;
        }

        if (Rank == 0 && !_ordered && !_failed)
        {
            Send([]);
        }

        _link?.Leave();
        _collectives.Dispose();
        _link?.Dispose();
    }

    private void OpenLink()
    {
        LeaderLink? leader = Rank == 0 ? new LeaderLink(Size, _pulse, End) : null;
        byte[] address = Send(leader is null ? [] : JsonSerializer.SerializeToUtf8Bytes(leader.Address, RunJson.Default.RankAddress));
        _link = leader ?? (RankLink?)FollowerLink.To(JsonSerializer.Deserialize(address, RunJson.Default.RankAddress)!, Rank, Size, _pulse, End);
        if (_link is null)
        {
            Console.Error.WriteLine($"warning: rank {Rank} of {Size} on {Environment.MachineName} does not reach rank 0's host by TCP: ranks that are stuck will not be noticed");
        }
    }

    /// <summary>Tells what ends the run, and ends it.</summary>
    private void End(RankTrouble trouble)
    {
        try
        {
            if (Volatile.Read(ref _tell) is { } tell)
            {
                tell(trouble);
            }
            else
            {
                Console.Error.WriteLine($"error: {Printable.Lines(trouble.Message)}");
            }
        }
        finally
        {
            _link?.Ending(trouble.Code);
            RankEnd.All(_mpi!.Abort, trouble.Code);
        }
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
