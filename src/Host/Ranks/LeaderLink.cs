using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Health;

namespace StreamTrainer.Host.Ranks;

/// <summary>Rank 0's side: it hears all others, and finds out who is stuck.</summary>
internal sealed class LeaderLink : RankLink
{
    /// <summary>Where another rank's error comes, this rank's own may be on its way: it is the same where all failed together.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    private readonly TcpListener _listener;
    private readonly Peer?[] _peers;
    private readonly ManualResetEventSlim _closed = new();
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Listens.</summary>
    public LeaderLink(int size, RankPulse pulse, Action<RankTrouble> end)
        : base(0, size, pulse, end)
    {
        _peers = new Peer?[size];
        _listener = new TcpListener(IPAddress.IPv6Any, 0);
        _listener.Server.DualMode = true;
        _listener.Start();
        Address = RankAddress.Of(_listener);
        Start("ranks: accept", Accept);
        Start("ranks: watch", WatchAll);
    }

    /// <summary>Where the others find it.</summary>
    public RankAddress Address { get; }

    /// <inheritdoc/>
    public override void Fail(string text, int code)
    {
        _ = Claim();
        Ending(code);
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
        _listener.Dispose();
        foreach (Peer? peer in _peers)
        {
            peer?.Client.Dispose();
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                TcpClient client = _listener.AcceptTcpClient();
                Start("ranks: hear", () => Hear(client));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed.
        }
    }

    private void Hear(TcpClient client)
    {
        Peer? peer = null;
        try
        {
            client.NoDelay = true;
            NetworkStream stream = client.GetStream();
            RankMessage hello = RankMessage.ReadFrom(stream);
            if (hello.Kind != RankMessageKind.Hello || !hello.Text.StartsWith(Address.Token, StringComparison.Ordinal) || hello.Number <= 0 || hello.Number >= Size)
            {
                client.Dispose();
                return;
            }

            peer = new Peer((int)hello.Number, hello.Text[Address.Token.Length..], client);
            _peers[peer.Rank] = peer;
            while (true)
            {
                RankMessage message = RankMessage.ReadFrom(stream);
                switch (message.Kind)
                {
                    case RankMessageKind.Beat:
                        peer.Exchanges = message.Number;
                        peer.Steps = message.Steps;
                        break;
                    case RankMessageKind.Failed:
                        peer.Done = true;
                        _closed.Wait(s_grace);
                        End(HealthKind.RankFailed, [peer.Rank], $"{Name(peer)}: {message.Text}", (int)message.Number, peer.Steps);
                        break;
                    case RankMessageKind.Left:
                        peer.Done = true;
                        break;
                    case RankMessageKind.End when Claim():
                        // This rank was taken for lost, and it has been told.
                        RankEnd.Now((int)message.Number);
                        break;
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or SocketException)
        {
            if (peer is { Done: false } && !Closing)
            {
                End(HealthKind.RankFailed, [peer.Rank], $"{Name(peer)} ended without a word: it was killed, ran out of memory, or its host is gone; resume, and the run goes on from its newest checkpoint", ExitCodes.Failure, peer.Steps);
            }
        }
    }

    private void WatchAll()
    {
        RankClock? clock = null;
        while (!_closed.Wait(Between))
        {
            Send(new RankMessage(RankMessageKind.Beat, Pulse.Exchanges, Pulse.Steps));
            if (Timeout is not { } timeout)
            {
                continue;
            }

            clock ??= new RankClock(Size, timeout);
            TimeSpan now = Stopwatch.GetElapsedTime(_start);
            clock.Saw(0, Pulse.Exchanges, now);
            foreach (Peer peer in _peers.OfType<Peer>())
            {
                clock.Saw(peer.Rank, peer.Exchanges, now);
                if (peer.Done)
                {
                    clock.Left(peer.Rank);
                }
            }

            if (_peers.Count(peer => peer is not null) < Size - 1 || Closing)
            {
                // One that could not connect cannot be watched.
                continue;
            }

            IReadOnlyList<int> stuck = clock.Stuck(now);
            if (stuck.Count > 0)
            {
                long steps = stuck.Min(StepsOf);
                string span = ProgressText.Duration(timeout.TotalSeconds);
                End(HealthKind.RankStuck, stuck, stuck.Count == Size
                    ? Text($"no rank has got on for {span}, at step {steps + 1}: all wait in the same exchange, which the network between their hosts does not carry; look at it, then resume (distributed.timeout)")
                    : Text($"{string.Join(", ", stuck.Select(NameOf))} did not arrive at step {steps + 1}, where the others have waited for {span}: it is stopped, or its device or its data do not answer; look at its host, then resume (distributed.timeout)"),
                    ExitCodes.Failure, steps);
            }
        }
    }

    private long StepsOf(int rank) => rank == 0 ? Pulse.Steps : _peers[rank]!.Steps;

    private string NameOf(int rank) => rank == 0 ? $"rank 0 of {Size} on {Environment.MachineName}" : Name(_peers[rank]!);

    private string Name(Peer peer) => $"rank {peer.Rank} of {Size} on {peer.Host}";

    private void Send(RankMessage message)
    {
        foreach (Peer? peer in _peers)
        {
            peer?.Send(message);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Another rank. Its numbers are written by the thread that hears it.</summary>
    private sealed class Peer(int rank, string host, TcpClient client)
    {
        private long _exchanges, _steps;

        public int Rank => rank;

        public string Host => host;

        public TcpClient Client => client;

        public long Exchanges
        {
            get => Volatile.Read(ref _exchanges);
            set => Volatile.Write(ref _exchanges, value);
        }

        public long Steps
        {
            get => Volatile.Read(ref _steps);
            set => Volatile.Write(ref _steps, value);
        }

        public volatile bool Done;

        public void Send(RankMessage message)
        {
            try
            {
                lock (client)
                {
                    // A stopped process reads nothing: what does not fit is not waited for.
                    client.SendTimeout = 1000;
                    message.WriteTo(client.GetStream());
                }
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException or SocketException or InvalidOperationException)
            {
                // Its end is heard by who hears it.
            }
        }
    }
}
