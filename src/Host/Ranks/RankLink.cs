using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Health;

namespace StreamTrainer.Host.Ranks;

/// <summary>
/// A line between the ranks beside the one that they train over, which cannot be interrupted: errors go to rank 0, every rank says once a
/// second how far it is, and a closed line is a rank that is gone. Whoever must end the run is told so once, on a thread of the link.
/// </summary>
internal abstract class RankLink : IDisposable
{
    /// <summary>Time between two signs of life.</summary>
    protected static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);

    private readonly Action<RankTrouble> _end;
    private int _ended;

    /// <summary>A link.</summary>
    /// <param name="rank">This rank.</param>
    /// <param name="size">How many there are.</param>
    /// <param name="pulse">How far this one is.</param>
    /// <param name="end">Ends the run; called once at most, and by one rank where it can be.</param>
    protected RankLink(int rank, int size, RankPulse pulse, Action<RankTrouble> end)
    {
        (Rank, Size, Pulse, _end) = (rank, size, pulse, end);
    }

    protected int Rank { get; }

    protected int Size { get; }

    protected RankPulse Pulse { get; }

    /// <summary>How long a rank may be waited for; none before the training: what comes before may take any time.</summary>
    protected TimeSpan? Timeout { get; private set; }

    /// <summary>The link is closing: whoever is gone has a right to be.</summary>
    protected volatile bool Closing;

    /// <summary>The training begins: from now on a rank that does not get on is stuck.</summary>
    public void Watch(TimeSpan timeout) => Timeout = timeout;

    /// <summary>This rank ends by an error. On rank 0 it only keeps the others' errors from being told too.</summary>
    /// <param name="text">What is to be told.</param>
    /// <param name="code">The exit code.</param>
    public abstract void Fail(string text, int code);

    /// <summary>Tells the others that the run ends, and that this rank tells why.</summary>
    public abstract void Ending(int code);

    /// <summary>Tells the others that this rank has done all that it had to do.</summary>
    public abstract void Leave();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Ends the run.</summary>
    protected void End(HealthKind kind, IReadOnlyList<int> ranks, string message, int code, long steps)
    {
        if (!Closing && Claim())
        {
            _end(new RankTrouble(kind, ranks, message, code, steps));
        }
    }

    /// <summary>Whether nobody on this rank has begun to end the run yet; whoever gets a yes does.</summary>
    protected bool Claim() => Interlocked.Exchange(ref _ended, 1) == 0;

    /// <summary>Starts a thread that ends with the process.</summary>
    protected static void Start(string name, Action work) => new Thread(() => work()) { Name = name, IsBackground = true }.Start();
}
