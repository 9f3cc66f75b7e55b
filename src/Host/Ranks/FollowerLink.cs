using System.Diagnostics;
using System.Net.Sockets;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Health;

namespace StreamTrainer.Host.Ranks;

/// <summary>The side of a rank that is not the first.</summary>
internal sealed class FollowerLink : RankLink
{
    /// <summary>How long rank 0 has to end the run by an error that it was told.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private readonly ManualResetEventSlim _closed = new();
    private readonly string _leaderHost;
    private long _heard = Stopwatch.GetTimestamp();
    private volatile bool _leaderLeft;

    private FollowerLink(int rank, int size, RankPulse pulse, Action<RankTrouble> end, TcpClient client, RankAddress address)
        : base(rank, size, pulse, end)
    {
        (_client, _stream, _leaderHost) = (client, client.GetStream(), address.Host);
        Send(new RankMessage(RankMessageKind.Hello, rank, 0, address.Token + Environment.MachineName));
        Start("ranks: hear", Hear);
        Start("ranks: beat", Beat);
    }

    /// <summary>Connects to rank 0; null where it cannot be reached but by the launcher's library.</summary>
    public static FollowerLink? To(RankAddress address, int rank, int size, RankPulse pulse, Action<RankTrouble> end) =>
        address.Connect() is { } client ? new FollowerLink(rank, size, pulse, end, client, address) : null;

    /// <inheritdoc/>
    public override void Fail(string text, int code)
    {
        Send(new RankMessage(RankMessageKind.Failed, code, Pulse.Steps, text));
        _closed.Wait(s_patience);
        // Rank 0 has not done it.
        End(HealthKind.RankFailed, [Rank], $"rank {Rank} of {Size} on {Environment.MachineName}: {text}", code, Pulse.Steps);
    }

    /// <inheritdoc/>
    public override void Ending(int code) => Send(new RankMessage(RankMessageKind.End, code));

    /// <inheritdoc/>
    public override void Leave()
    {
        Closing = true;
        Send(new RankMessage(RankMessageKind.Left, 0));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Closing = true;
        _closed.Set();
        _client.Dispose();
    }

    private void Hear()
    {
        try
        {
            while (true)
            {
                RankMessage message = RankMessage.ReadFrom(_stream);
                Volatile.Write(ref _heard, Stopwatch.GetTimestamp());
                if (message.Kind == RankMessageKind.Left)
                {
                    _leaderLeft = true;
                }
                else if (message.Kind == RankMessageKind.End && Claim())
                {
                    // The launcher ends this process; where it does not, it ends itself.
                    _closed.Wait(s_patience);
                    RankEnd.Now((int)message.Number);
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or SocketException)
        {
            if (!Closing && !_leaderLeft)
            {
                Lost($"rank 0 of {Size} on {_leaderHost} ended without a word: it was killed, ran out of memory, or its host is gone; resume, and the run goes on from its newest checkpoint", HealthKind.RankFailed);
            }
        }
    }

    private void Beat()
    {
        while (!_closed.Wait(Between))
        {
            Send(new RankMessage(RankMessageKind.Beat, Pulse.Exchanges, Pulse.Steps));
            // Rank 0 finds who is stuck, if it is not itself.
            if (Timeout is { } timeout && !_leaderLeft && Stopwatch.GetElapsedTime(Volatile.Read(ref _heard)) > timeout + 4 * Between)
            {
                Lost($"rank 0 of {Size} on {_leaderHost} has given no sign of life for {ProgressText.Duration(timeout.TotalSeconds)}: it is stopped, or its host does not answer; look at it, then resume (distributed.timeout)", HealthKind.RankStuck);
                return;
            }
        }
    }

    /// <summary>All others see it too: the first of them tells it, the next ones only where it does not.</summary>
    private void Lost(string message, HealthKind kind)
    {
        _closed.Wait(TimeSpan.FromSeconds(Math.Min(Rank - 1, 5)));
        End(kind, [0], message, ExitCodes.Failure, Pulse.Steps);
    }

    private void Send(RankMessage message)
    {
        try
        {
            lock (_client)
            {
                _client.SendTimeout = 1000;
                message.WriteTo(_stream);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or SocketException)
        {
            // Who hears it finds that it is gone.
        }
    }
}
