namespace StreamTrainer.Pipeline.Sampling;

/// <summary>
/// An order that reads neighbours together: the source is cut into blocks of <c>size</c> neighbouring samples, the blocks come
/// in an order that is the epoch's own, and within a window of <c>buffer / size</c> blocks the samples are mixed wholly. What is
/// read at a time lies in so many blocks, so a disk seeks and an object store is asked once a block and not once a sample.
/// A pure function of (seed, epoch, position): the block order and each window's order are keyed permutations. Constant
/// memory. Immutable: any thread.
/// </summary>
public readonly struct BlockShuffle
{
    private readonly long _seed, _epoch, _count, _size, _blocks, _windows;
    private readonly KeyedPermutation _order;

    // Only the source's last block may be short: where it stands in the order, and how many samples it lacks.
    private readonly long _shortPlace, _missing;

    /// <summary>The order of an epoch.</summary>
    /// <param name="count">Samples of the source; from 1.</param>
    /// <param name="size">Samples of a block; from 1.</param>
    /// <param name="buffer">Samples that are mixed at a time; at least a block.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    public BlockShuffle(long count, long size, long buffer, long seed, long epoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer, size);
        (_seed, _epoch, _count, _size) = (seed, epoch, count, Math.Min(size, count));
        _blocks = (count - 1) / _size + 1;
        _missing = _blocks * _size - count;
        // As even as they go: a last window of one block would hardly be mixed.
        _windows = (_blocks - 1) / Math.Clamp(buffer / _size, 1, _blocks) + 1;
        _order = new KeyedPermutation(_blocks, seed, epoch);
        _shortPlace = _order.Inverse(_blocks - 1);
    }

    /// <summary>How many blocks the source has.</summary>
    public long Blocks => _blocks;

    /// <summary>How many windows the epoch has.</summary>
    public long Windows => _windows;

    /// <summary>The samples of the block at a place of the epoch's block order.</summary>
    public (long First, long Count) BlockAt(long place)
    {
        long first = _order[place] * _size;
        return (first, Math.Min(_size, _count - first));
    }

    /// <summary>The place of a window's first block.</summary>
    public long FirstPlaceOf(long window) => (long)((Int128)window * _blocks / _windows);

    /// <summary>The first position of the block at a place, before the mixing.</summary>
    public long PositionOf(long place) => Start(place);

    /// <summary>The window that a position lies in.</summary>
    public long WindowOf(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, _count);
        // The last window whose first block is not behind the position's.
        return (long)((((Int128)Place(position) + 1) * _windows - 1) / _blocks);
    }

    /// <summary>First position of a window; of the one after the last: the count.</summary>
    public long StartOf(long window) => Start(FirstPlaceOf(window));

    /// <summary>The sample at a position; a bijection of <c>[0, count)</c>.</summary>
    public long this[long position]
    {
        get
        {
            long window = WindowOf(position), start = StartOf(window);
            var within = new KeyedPermutation(StartOf(window + 1) - start, _seed, _epoch, window);
            long mixed = start + within[position - start];
            long place = Place(mixed);
            return _order[place] * _size + (mixed - Start(place));
        }
    }

    /// <summary>The position of a sample.</summary>
    public long Inverse(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _count);
        (long block, long offset) = Math.DivRem(index, _size);
        long mixed = Start(_order.Inverse(block)) + offset;
        long window = WindowOf(mixed), start = StartOf(window);
        return start + new KeyedPermutation(StartOf(window + 1) - start, _seed, _epoch, window).Inverse(mixed - start);
    }

    /// <summary>Where in the block order the block of a position stands, before the mixing.</summary>
    private long Place(long position)
    {
        long place = position / _size;
        return place < _shortPlace || position < Start(_shortPlace + 1) ? Math.Min(place, _shortPlace) : (position + _missing) / _size;
    }

    /// <summary>First position of the block at a place of the block order.</summary>
    private long Start(long place) => place * _size - (place > _shortPlace ? _missing : 0);
}
