namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Things that are dear to make, kept while they are used: the longest unused go once all weigh more than the limit, but never the
/// last two. Asked for by several threads at once, a thing is made by one and the others wait for it. What could not be made is
/// tried again the next time.
/// </summary>
/// <param name="make">Makes a thing. Any thread.</param>
/// <param name="weigh">What it weighs.</param>
/// <param name="limit">What all may weigh.</param>
internal sealed class RecentlyUsed<TKey, TValue>(Func<TKey, TValue> make, Func<TValue, long> weigh, long limit)
    where TKey : notnull
{
    private const int Least = 2;

    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _order = new();
    private long _weight;

    /// <summary>The thing, made where it is not there.</summary>
    public TValue Get(TKey key)
    {
        Entry entry;
        lock (_entries)
        {
            if (_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                _order.Remove(node);
            }
            else
            {
                node = new LinkedListNode<Entry>(new Entry(key, new Lazy<TValue>(() => make(key))));
                _entries[key] = node;
            }

            _order.AddFirst(node);
            entry = node.Value;
        }

        try
        {
            TValue value = entry.Value.Value;
            Weigh(entry, value);
            return value;
        }
        catch
        {
            Forget(entry);
            throw;
        }
    }

    private void Weigh(Entry entry, TValue value)
    {
        lock (_entries)
        {
            // Dropped meanwhile: who waited for it still has it, nobody else will.
            if (entry.Weight >= 0 || !_entries.TryGetValue(entry.Key, out LinkedListNode<Entry>? node) || node.Value != entry)
            {
                return;
            }

            entry.Weight = weigh(value);
            _weight += entry.Weight;
            while (_weight > limit && _order.Count > Least)
            {
                Remove(_order.Last!);
            }
        }
    }

    private void Forget(Entry entry)
    {
        lock (_entries)
        {
            if (_entries.TryGetValue(entry.Key, out LinkedListNode<Entry>? node) && node.Value == entry)
            {
                Remove(node);
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _weight -= Math.Max(0, node.Value.Weight);
        _entries.Remove(node.Value.Key);
        _order.Remove(node);
    }

    private sealed class Entry(TKey key, Lazy<TValue> value)
    {
        public TKey Key { get; } = key;

        public Lazy<TValue> Value { get; } = value;

        /// <summary>Below 0 while it is being made.</summary>
        public long Weight { get; set; } = -1;
    }
}
