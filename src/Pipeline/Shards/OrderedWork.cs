using System.Runtime.ExceptionServices;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>
/// Work in numbered pieces, done by several threads in any order and taken by one in the order of the numbers. No more pieces are
/// under way than there are objects for them: a number is dealt to who holds an object, so the lowest that is missing is
/// always being worked on. A piece that becomes too large is taken in parts (<see cref="Turns.Part"/>).
/// </summary>
/// <typeparam name="T">What a piece is made in; used again.</typeparam>
internal sealed class OrderedWork<T> : IDisposable
    where T : class
{
    private readonly object _gate = new();
    private readonly Stack<T> _free;
    private readonly Dictionary<int, T> _done = [];
    private readonly Thread[] _threads;
    private readonly int _end;
    private int _next, _taken;
    private T? _part;
    private bool _partTaken;
    private bool _closed;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts to work.</summary>
    /// <param name="first">The first piece's number.</param>
    /// <param name="end">One more than the last's.</param>
    /// <param name="workers">How many threads.</param>
    /// <param name="pieces">What pieces are made in, more than workers.</param>
    /// <param name="work">What each thread does, until there is no more to ask for.</param>
    public OrderedWork(int first, int end, int workers, IEnumerable<T> pieces, Action<Turns> work)
    {
        _next = _taken = first;
        _end = end;
        _free = new Stack<T>(pieces);
        _threads = [.. Enumerable.Range(0, workers).Select(i => new Thread(() => Guard(work)) { Name = $"pack {i}", IsBackground = true })];
        Array.ForEach(_threads, thread => thread.Start());
    }

    /// <summary>The next piece in order; null at the end. Give it back.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public T? Take(CancellationToken token)
    {
        using CancellationTokenRegistration registration = token.Register(() =>
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        });
        lock (_gate)
        {
            while (true)
            {
                token.ThrowIfCancellationRequested();
                if (_taken >= _end)
                {
                    return null;
                }

                if (_part is { } part && !_partTaken)
                {
                    _partTaken = true;
                    return part;
                }

                if (_done.Remove(_taken, out T? piece))
                {
                    _taken++;
                    return piece;
                }

                _failure?.Throw();
                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>Gives back a piece that was taken.</summary>
    public void Return(T piece)
    {
        lock (_gate)
        {
            if (ReferenceEquals(piece, _part))
            {
                _part = null;
            }
            else
            {
                _free.Push(piece);
            }

            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Stops the threads and waits for them.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }

        Array.ForEach(_threads, thread => thread.Join());
    }

    private void Guard(Action<Turns> work)
    {
        try
        {
            work(new Turns(this));
        }
        catch (Exception error)
        {
            lock (_gate)
            {
                _failure ??= ExceptionDispatchInfo.Capture(error);
                _closed = true;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private T? Begin(out int number)
    {
        lock (_gate)
        {
            while (_free.Count == 0 && !_closed && _next < _end)
            {
                Monitor.Wait(_gate);
            }

            number = _next;
            if (_closed || _next >= _end)
            {
                return null;
            }

            _next++;
            return _free.Pop();
        }
    }

    private void End(int number, T piece)
    {
        lock (_gate)
        {
            _done[number] = piece;
            Monitor.PulseAll(_gate);
        }
    }

    private bool Part(int number, T piece)
    {
        lock (_gate)
        {
            while (_taken != number && !_closed)
            {
                Monitor.Wait(_gate);
            }

            if (_closed)
            {
                return false;
            }

            (_part, _partTaken) = (piece, false);
            Monitor.PulseAll(_gate);
            while (_part is not null && !_closed)
            {
                Monitor.Wait(_gate);
            }

            return !_closed;
        }
    }

    /// <summary>What a working thread sees.</summary>
    internal readonly struct Turns(OrderedWork<T> work)
    {
        /// <summary>The next number to do and what to do it in; null where there is no more.</summary>
        public T? Begin(out int number) => work.Begin(out number);

        /// <summary>Has what there is of a piece taken, as soon as all before it is; then there is room for more of it. It waits for
        /// lower numbers alone, so no two wait for each other.</summary>
        /// <returns>False where the work was stopped.</returns>
        public bool Part(int number, T piece) => work.Part(number, piece);

        /// <summary>It is done.</summary>
        public void End(int number, T piece) => work.End(number, piece);
    }
}
